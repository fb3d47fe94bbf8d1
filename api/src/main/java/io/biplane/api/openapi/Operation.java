package io.biplane.api.openapi;

import io.biplane.api.Json;
import io.biplane.api.Resource;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Locale;

/**
 * One method on one path.
 *
 * @param resource whose path it is
 * @param gvk group, version and kind of what is read or written
 * @param action the extension {@code x-kubernetes-action}
 * @param id the operation's name, without group and version
 * @param parameters of the query
 * @param body schema of the request's body, empty for none
 * @param bodyTypes media types of the body
 * @param answer schema of the answer's body
 */
record Operation(
        Resource resource,
        ObjectNode gvk,
        String action,
        String id,
        List<Parameter> parameters,
        String body,
        List<String> bodyTypes,
        String answer) {
    static final List<String> JSON = List.of("application/json");
    static final List<String> ANY = List.of("application/json", "application/yaml");
    static final List<String> PATCHES =
            List.of(
                    "application/json-patch+json",
                    "application/merge-patch+json",
                    "application/strategic-merge-patch+json");

    ObjectNode write(Style style) {
        ObjectNode node = Json.object();
        node.put("description", action + " " + resource.kind());
        node.put("operationId", operationId());
        node.putArray("tags").add(tag());
        ArrayNode list = Json.array();
        parameters.forEach(parameter -> list.add(parameter.write(style)));
        switch (style) {
            case V2 -> version2(node, list);
            case V3 -> version3(node, list);
        }
        node.put("x-kubernetes-action", action);
        node.set("x-kubernetes-group-version-kind", gvk);
        return node;
    }

    private void version2(ObjectNode node, ArrayNode list) {
        if (!body.isEmpty()) {
            ArrayNode consumes = node.putArray("consumes");
            bodyTypes.forEach(consumes::add);
            ObjectNode parameter = list.insertObject(0).put("name", "body").put("in", "body");
            parameter.put("required", true).set("schema", Style.V2.ref(body));
        }
        ArrayNode produces = node.putArray("produces");
        JSON.forEach(produces::add);
        node.putArray("schemes").add("https");
        if (!list.isEmpty()) {
            node.set("parameters", list);
        }
        node.putObject("responses")
                .putObject("200")
                .put("description", "OK")
                .set("schema", Style.V2.ref(answer));
    }

    private void version3(ObjectNode node, ArrayNode list) {
        if (!list.isEmpty()) {
            node.set("parameters", list);
        }
        if (!body.isEmpty()) {
            ObjectNode content =
                    node.putObject("requestBody").put("required", true).putObject("content");
            bodyTypes.forEach(t -> content.putObject(t).set("schema", Style.V3.ref(body)));
        }
        ObjectNode content =
                node.putObject("responses")
                        .putObject("200")
                        .put("description", "OK")
                        .putObject("content");
        JSON.forEach(t -> content.putObject(t).set("schema", Style.V3.ref(answer)));
    }

    private String operationId() {
        int dot = id.indexOf('.');
        String rest = id.substring(dot + 1);
        return id.substring(0, dot) + capital(group()) + capital(resource.version()) + rest;
    }

    private String tag() {
        return group() + "_" + resource.version();
    }

    /** {@code core}, {@code apps}, {@code discovery}, …: the group's first label. */
    private String group() {
        String group = resource.group();
        int dot = group.indexOf('.');
        return group.isEmpty() ? "core" : dot < 0 ? group : group.substring(0, dot);
    }

    private static String capital(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }
}
