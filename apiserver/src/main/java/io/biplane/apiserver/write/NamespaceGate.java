package io.biplane.apiserver.write;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Reason;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.apiserver.storage.ObjectKeys;
import io.biplane.store.Condition;
import io.biplane.store.KeyValue;
import io.biplane.store.Store;

import tools.jackson.databind.node.ObjectNode;

import java.util.Optional;

/** Lets objects be created in namespaces that exist and are not about to vanish. */
final class NamespaceGate {
    private final Store store;

    NamespaceGate(Store store) {
        this.store = store;
    }

    /**
     * The namespace as it is now must be the one that the object is created in: this condition
     * keeps it so until the commit.
     *
     * @throws StatusException 404 if there is none, 403 if it is being deleted
     */
    Condition open(Resource resource, String namespace, String name) {
        String key = ObjectKeys.key(Kinds.NAMESPACES, null, namespace);
        Optional<KeyValue> found = store.get(key);
        if (found.isEmpty()) {
            throw StatusException.notFound(Kinds.NAMESPACES, namespace);
        }
        ObjectNode object = Json.parseObject(found.get().value());
        if (!Fields.string(object, "metadata", "deletionTimestamp").isEmpty()) {
            throw terminating(resource, namespace, name);
        }
        return new Condition.ModRevisionIs(key, found.get().modRevision());
    }

    private static StatusException terminating(Resource resource, String namespace, String name) {
        ObjectNode details = Json.object().put("name", name);
        if (!resource.group().isEmpty()) {
            details.put("group", resource.group());
        }
        details.put("kind", resource.plural());
        details.putArray("causes")
                .addObject()
                .put("reason", "NamespaceTerminating")
                .put("message", "namespace %s is being terminated".formatted(namespace))
                .put("field", "metadata.namespace");
        return new StatusException(
                Reason.FORBIDDEN,
                "%s \"%s\" is forbidden: unable to create new content in namespace %s because it is being terminated"
                        .formatted(resource.groupResource(), name, namespace),
                details);
    }
}
