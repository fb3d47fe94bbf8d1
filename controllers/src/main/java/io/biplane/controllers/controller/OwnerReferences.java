package io.biplane.controllers.controller;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.view.Meta;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/** {@code metadata.ownerReferences}: who a object belongs to. */
public final class OwnerReferences {
    private OwnerReferences() {}

    /** The reference by which a controller's object names the object that it is made for. */
    public static ObjectNode controller(Resource resource, Meta owner) {
        ObjectNode reference = Json.object();
        reference.put("apiVersion", resource.apiVersion()).put("kind", resource.kind());
        reference.put("name", owner.name()).put("uid", owner.uid());
        return reference.put("controller", true).put("blockOwnerDeletion", true);
    }

    /** A copy of {@code object} that {@code reference}'s owner has taken over. */
    public static ObjectNode adopted(ObjectNode object, ObjectNode reference) {
        ObjectNode copy = released(object, Fields.text(reference, "uid"));
        ObjectNode meta = Json.child(copy, "metadata");
        ArrayNode owners =
                meta.get("ownerReferences") instanceof ArrayNode present
                        ? present
                        : meta.putArray("ownerReferences");
        owners.add(reference);
        return copy;
    }

    /** A copy of {@code object} that the owner with {@code uid} has let go. */
    public static ObjectNode released(ObjectNode object, String uid) {
        ObjectNode copy = object.deepCopy();
        ObjectNode meta = Json.child(copy, "metadata");
        ArrayNode kept = Json.array();
        for (JsonNode owner : Fields.list(meta, "ownerReferences")) {
            if (!Fields.text(owner, "uid").equals(uid)) {
                kept.add(owner);
            }
        }
        if (kept.isEmpty()) {
            meta.remove("ownerReferences");
        } else {
            meta.set("ownerReferences", kept);
        }
        return copy;
    }

    /** For an index by owner: the controlling owner's uid; for an orphan, its namespace. */
    public static List<String> indexKey(Meta meta) {
        return List.of(
                meta.controller().map(Meta.Owner::uid).orElse("orphans/" + meta.namespace()));
    }
}
