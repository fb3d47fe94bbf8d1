package io.biplane.apiserver.storage;

import io.biplane.api.Resource;

import org.jspecify.annotations.Nullable;

/** Where objects lie: {@code /registry/<group or core>/<plural>/[<namespace>/]<name>}. */
public final class ObjectKeys {
    private ObjectKeys() {}

    /** Under this lie all objects of the kind. */
    public static String prefix(Resource resource) {
        String group = resource.storage().group().isEmpty() ? "core" : resource.storage().group();
        return "/registry/" + group + "/" + resource.plural() + "/";
    }

    /**
     * Under this lie the objects of one namespace.
     *
     * @param namespace null for all, and for kinds outside of namespaces
     */
    public static String prefix(Resource resource, @Nullable String namespace) {
        return resource.namespaced() && namespace != null
                ? prefix(resource) + namespace + "/"
                : prefix(resource);
    }

    public static String key(Resource resource, @Nullable String namespace, String name) {
        return prefix(resource, namespace) + name;
    }

    /** The least key above this one. */
    public static String after(String key) {
        return key + ' ';
    }
}
