package io.biplane.api.kind.core;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.Strategy;
import io.biplane.api.Subresource;
import io.biplane.api.registry.Kind;
import io.biplane.api.strategy.NamedStrategy;
import io.biplane.api.table.Column;
import io.biplane.api.validation.Names;

import tools.jackson.databind.node.ObjectNode;

/**
 * Namespaces: each is held by a finalizer in its spec until what it contains is gone. Upstream
 * offers no way to delete all of them at once, and keeps some for good.
 */
public final class Namespaces {
    public static final Kind KIND =
            Kind.named("", "v1", "namespaces", "Namespace")
                    .clusterScoped()
                    .shortNames("ns")
                    .withoutVerb("deletecollection")
                    .with(Subresource.finalizeNamespace())
                    .status()
                    .select("status.phase", "")
                    .countsNoGeneration()
                    .hasSpecFinalizers()
                    .undeletable("default", "kube-system", "kube-public")
                    .onDeletion(namespace ->
                            Json.child(namespace, "status").put("phase", "Terminating"))
                    .columns(
                            Column.objectName(),
                            Column.text(
                                    "Status",
                                    "The status of the namespace",
                                    (namespace, now) ->
                                            Fields.string(namespace, "status", "phase")),
                            Column.age())
                    .rules(Rules::new)
                    .build();

    private Namespaces() {}

    /** The rules of Namespaces: each is held by a finalizer until what it contains is gone. */
    private static final class Rules extends NamedStrategy {
        Rules(Resource resource) {
            super(resource, Names::dnsLabel);
        }

        /** Selectors find a namespace by its name through this label. */
        @Override
        public void applyDefaults(ObjectNode namespace) {
            String name = Fields.string(namespace, "metadata", "name");
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
}
