package io.biplane.client.testing;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Reason;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.Times;
import io.biplane.api.kind.Kinds;
import io.biplane.api.selector.FieldSelector;
import io.biplane.api.selector.LabelSelector;
import io.biplane.client.PatchType;
import io.biplane.client.Request;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** The verbs, each in the few lines that their callers can tell from the real ones. */
final class FakeVerbs {
    private FakeVerbs() {}

    static ObjectNode handle(FakeStore store, Target target, Request request) {
        return switch (request.method()) {
            case "GET" -> target.name().isEmpty() ? list(store, target) : get(store, target);
            case "POST" ->
                    target.subresource().equals("binding")
                            ? bind(store, target, body(request))
                            : create(store, target, body(request));
            case "PUT" -> put(store, target, body(request));
            case "PATCH" -> patch(store, target, request);
            case "DELETE" ->
                    target.name().isEmpty()
                            ? deleteAll(store, target, request)
                            : delete(store, target, body(request));
            default -> throw StatusException.methodNotAllowed(target.resource(), request.method());
        };
    }

    private static ObjectNode get(FakeStore store, Target target) {
        return store.find(target.resource(), target.namespace(), target.name())
                .orElseThrow(() -> StatusException.notFound(target.resource(), target.name()));
    }

    private static ObjectNode list(FakeStore store, Target target) {
        ObjectNode list = Json.object();
        list.put("kind", target.resource().listKind());
        list.put("apiVersion", target.resource().apiVersion());
        long version = store.version();
        ArrayNode items = Json.array();
        selected(store, target)
                .forEach(object -> {
                    object.remove(List.of("kind", "apiVersion"));
                    items.add(object);
                });
        list.putObject("metadata").put("resourceVersion", Long.toString(version));
        list.set("items", items);
        return list;
    }

    private static List<ObjectNode> selected(FakeStore store, Target target) {
        LabelSelector labels = LabelSelector.parse(target.query("labelSelector"));
        FieldSelector fields = FieldSelector.parse(target.query("fieldSelector"));
        return store.list(target.resource(), target.namespace()).stream()
                .filter(object -> labels.selects(object) && fields.selects(object))
                .toList();
    }

    private static ObjectNode create(FakeStore store, Target target, ObjectNode object) {
        Resource resource = target.resource();
        ObjectNode meta = Json.child(object, "metadata");
        if (Fields.text(meta, "name").isEmpty()) {
            String suffix = UUID.randomUUID().toString().substring(0, 5);
            meta.put("name", Fields.text(meta, "generateName") + suffix);
        }
        String name = Fields.text(meta, "name");
        meta.put("uid", UUID.randomUUID().toString());
        meta.put("creationTimestamp", now());
        meta.put("generation", 1);
        if (resource.equals(Kinds.NAMESPACES)) {
            Json.child(object, "spec").putArray("finalizers").add("kubernetes");
        }
        if (resource.equals(Kinds.PODS) && Fields.text(object, "status", "phase").isEmpty()) {
            Json.child(object, "status").put("phase", "Pending");
        }
        return store.change(
                resource,
                target.namespace(),
                name,
                before -> {
                    if (before != null) {
                        throw StatusException.alreadyExists(resource, name);
                    }
                    return object;
                });
    }

    private static ObjectNode put(FakeStore store, Target target, ObjectNode object) {
        return store.change(
                target.resource(),
                target.namespace(),
                target.name(),
                before -> updated(target, existing(target, before), object));
    }

    private static ObjectNode patch(FakeStore store, Target target, Request request) {
        if (PatchType.JSON.mediaType().equals(request.headers().get("Content-Type"))) {
            throw new UnsupportedOperationException("the fake server knows no JSON patch");
        }
        ObjectNode patch = body(request);
        return store.change(
                target.resource(),
                target.namespace(),
                target.name(),
                before -> {
                    ObjectNode old = existing(target, before);
                    ObjectNode changed = old.deepCopy();
                    merge(changed, patch);
                    return updated(target, old, changed);
                });
    }

    /** RFC 7386; close enough to a strategic merge where no list is patched. */
    private static void merge(ObjectNode into, ObjectNode patch) {
        patch.forEachEntry((field, value) -> {
            if (value.isNull()) {
                into.remove(field);
            } else if (value instanceof ObjectNode map) {
                merge(Json.child(into, field), map);
            } else {
                into.set(field, value);
            }
        });
    }

    /** What is stored when {@code old} is to become {@code wanted}; null when it goes. */
    private static @Nullable ObjectNode updated(Target target, ObjectNode old, ObjectNode wanted) {
        String version = Fields.text(wanted, "metadata", "resourceVersion");
        if (!version.isEmpty()
                && !version.equals(Fields.text(old, "metadata", "resourceVersion"))) {
            throw StatusException.modified(target.resource(), target.name());
        }
        String part = target.subresource();
        ObjectNode result = part.isEmpty() ? wanted.deepCopy() : old.deepCopy();
        if (part.equals("status")) {
            copy(wanted, result, "status");
        } else if (part.equals("finalize")) {
            copy(wanted, result, "spec");
        } else if (target.resource().hasStatus()) {
            copy(old, result, "status");
        }
        ObjectNode meta = Json.child(result, "metadata");
        for (String field :
                List.of(
                        "uid",
                        "creationTimestamp",
                        "deletionTimestamp",
                        "generation",
                        "resourceVersion")) {
            copy(old.get("metadata"), meta, field);
        }
        if (!result.path("spec").equals(old.path("spec")) && part.isEmpty()) {
            meta.put("generation", Fields.number(old, 1, "metadata", "generation") + 1);
        }
        return ready(result) ? null : result;
    }

    /** Whether nothing keeps a deleted object any more. */
    private static boolean ready(ObjectNode object) {
        return !Fields.text(object, "metadata", "deletionTimestamp").isEmpty()
                && Fields.number(object, 0, "metadata", "deletionGracePeriodSeconds") == 0
                && Fields.list(object, "metadata", "finalizers").isEmpty()
                && (!"Namespace".equals(Fields.text(object, "kind"))
                        || Fields.list(object, "spec", "finalizers").isEmpty());
    }

    private static ObjectNode bind(FakeStore store, Target target, ObjectNode binding) {
        store.change(
                target.resource(),
                target.namespace(),
                target.name(),
                before -> {
                    ObjectNode pod = existing(target, before);
                    if (!Fields.text(pod, "spec", "nodeName").isEmpty()) {
                        throw StatusException.conflict(
                                target.resource(), target.name(), "pod is already assigned");
                    }
                    String node = Fields.text(binding, "target", "name");
                    Json.child(pod, "spec").put("nodeName", node);
                    return pod;
                });
        return Json.object().put("kind", "Status").put("apiVersion", "v1").put("status", "Success");
    }

    private static ObjectNode deleteAll(FakeStore store, Target target, Request request) {
        for (ObjectNode object : selected(store, target)) {
            String name = Fields.text(object, "metadata", "name");
            delete(
                    store,
                    new Target(target.resource(), target.namespace(), name, "", target.queries()),
                    body(request));
        }
        return Json.object().put("kind", "Status").put("apiVersion", "v1").put("status", "Success");
    }

    private static ObjectNode delete(FakeStore store, Target target, ObjectNode options) {
        return store.change(
                target.resource(),
                target.namespace(),
                target.name(),
                before -> {
                    ObjectNode object = existing(target, before);
                    ObjectNode meta = Json.child(object, "metadata");
                    String uid = Fields.text(options, "preconditions", "uid");
                    if (!uid.isEmpty() && !uid.equals(Fields.text(meta, "uid"))) {
                        throw new StatusException(
                                Reason.CONFLICT, "the UID in the precondition differs");
                    }
                    String version = Fields.text(options, "preconditions", "resourceVersion");
                    if (!version.isEmpty()
                            && !version.equals(Fields.text(meta, "resourceVersion"))) {
                        throw new StatusException(
                                Reason.CONFLICT, "the resourceVersion in the precondition differs");
                    }
                    String policy = Fields.text(options, "propagationPolicy");
                    if (policy.equals("Foreground")) {
                        add(meta, "foregroundDeletion");
                    } else if (policy.equals("Orphan")) {
                        add(meta, "orphan");
                    }
                    if (Fields.text(meta, "deletionTimestamp").isEmpty()) {
                        meta.put("deletionTimestamp", now());
                    }
                    boolean graceful =
                            target.resource().equals(Kinds.PODS)
                                    && !Fields.text(object, "spec", "nodeName").isEmpty();
                    meta.put(
                            "deletionGracePeriodSeconds",
                            Fields.number(options, graceful ? 30 : 0, "gracePeriodSeconds"));
                    if (target.resource().equals(Kinds.NAMESPACES)) {
                        Json.child(object, "status").put("phase", "Terminating");
                    }
                    return ready(object) ? null : object;
                });
    }

    private static void add(ObjectNode meta, String finalizer) {
        List<String> present = Fields.texts(meta, "finalizers");
        if (!present.contains(finalizer)) {
            ArrayNode finalizers = meta.putArray("finalizers");
            present.forEach(finalizers::add);
            finalizers.add(finalizer);
        }
    }

    private static ObjectNode existing(Target target, @Nullable ObjectNode before) {
        if (before == null) {
            throw StatusException.notFound(target.resource(), target.name());
        }
        return before;
    }

    private static void copy(JsonNode from, ObjectNode to, String field) {
        JsonNode value = from.get(field);
        if (value == null) {
            to.remove(field);
        } else {
            to.set(field, value);
        }
    }

    private static String now() {
        return Times.time(Instant.now());
    }

    private static ObjectNode body(Request request) {
        return request.body().length == 0 ? Json.object() : Json.parseObject(request.body());
    }
}
