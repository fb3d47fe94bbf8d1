package io.biplane.controllers.workload;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.ObjectView;
import io.biplane.controllers.controller.OwnerReferences;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.TreeMap;

/** {@code spec.template}: the Pods made of it, and how to tell two templates apart. */
final class PodTemplate {
    /** The label by which a Deployment tells the Pods of its ReplicaSets apart. */
    static final String HASH_LABEL = "pod-template-hash";

    // No vowels and no digits that look like them: a hash must not spell a word.
    private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
    private static final int HASH_LENGTH = 10;

    private PodTemplate() {}

    /** A Pod of a ReplicaSet, named by the API server. */
    static ObjectNode pod(ObjectView set) {
        JsonNode template = set.json().path("spec").path("template");
        ObjectNode pod = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        ObjectNode meta = pod.putObject("metadata");
        meta.put("generateName", set.name() + "-").put("namespace", set.namespace());
        for (String field : new String[] {"labels", "annotations", "finalizers"}) {
            JsonNode value = Fields.find(template, "metadata", field);
            if (value != null) {
                meta.set(field, value.deepCopy());
            }
        }
        meta.putArray("ownerReferences")
                .add(OwnerReferences.controller(Kinds.REPLICA_SETS, set.meta()));
        pod.set("spec", template.path("spec").deepCopy());
        return pod;
    }

    /** A copy of a template without the label that its hash was written into. */
    static ObjectNode withoutHash(JsonNode template) {
        ObjectNode copy = (ObjectNode) template.deepCopy();
        if (Fields.find(copy, "metadata", "labels") instanceof ObjectNode labels) {
            labels.remove(HASH_LABEL);
        }
        return copy;
    }

    /**
     * A name for a template, the same for equal ones.
     *
     * @param collisions how many other templates were found under the names tried before
     */
    static String hash(JsonNode template, int collisions) {
        byte[] digest = sha256(canonical(template) + (collisions == 0 ? "" : "/" + collisions));
        StringBuilder hash = new StringBuilder();
        for (int i = 0; i < HASH_LENGTH; i++) {
            hash.append(ALPHABET.charAt(Math.floorMod(digest[i], ALPHABET.length())));
        }
        return hash.toString();
    }

    /** The value as JSON with all fields sorted. */
    private static String canonical(JsonNode node) {
        return Json.text(sorted(node));
    }

    private static JsonNode sorted(JsonNode node) {
        if (node instanceof ObjectNode object) {
            Map<String, JsonNode> fields = new TreeMap<>();
            object.forEachEntry((name, value) -> fields.put(name, sorted(value)));
            ObjectNode copy = Json.object();
            fields.forEach(copy::set);
            return copy;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode copy = Json.array();
            array.forEach(element -> copy.add(sorted(element)));
            return copy;
        }
        return node;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
