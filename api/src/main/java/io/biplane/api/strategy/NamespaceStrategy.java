package io.biplane.api.strategy;

import io.biplane.api.Json;
import io.biplane.api.Kinds;
import io.biplane.api.Strategy;
import io.biplane.api.validation.Names;

import tools.jackson.databind.node.ObjectNode;

/** The rules of Namespaces: each is held by a finalizer until what it contains is gone. */
final class NamespaceStrategy extends NamedStrategy {
    NamespaceStrategy() {
        super(Kinds.NAMESPACES, Names::dnsLabel);
    }

    /** Selectors find a namespace by its name through this label. */
    @Override
    public void applyDefaults(ObjectNode namespace) {
        String name = Json.string(namespace, "metadata", "name");
        if (!name.isEmpty()) {
            Json.child(Json.child(namespace, "metadata"), "labels")
                    .put("kubernetes.io/metadata.name", name);
        }
    }

    @Override
    public void prepareForCreate(ObjectNode namespace) {
        namespace.putObject("status").put("phase", "Active");
        Json.child(namespace, "spec").putArray("finalizers").add("kubernetes");
    }

    /** The finalizers are changed through their own subresource. */
    @Override
    public void prepareForUpdate(ObjectNode namespace, ObjectNode old) {
        Strategy.copy("spec", old, namespace);
        super.prepareForUpdate(namespace, old);
    }
}
