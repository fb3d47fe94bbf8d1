package io.biplane.client.informer;

import io.biplane.api.view.Meta;

import org.jspecify.annotations.Nullable;

/**
 * The name of an object within its resource.
 *
 * @param namespace "" for a cluster-scoped object
 */
public record Key(String namespace, String name) {
    /** The key of an object. */
    public static Key of(Meta meta) {
        return new Key(meta.namespace(), meta.name());
    }

    static Key of(@Nullable String namespace, String name) {
        return new Key(namespace == null ? "" : namespace, name);
    }

    @Override
    public String toString() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }
}
