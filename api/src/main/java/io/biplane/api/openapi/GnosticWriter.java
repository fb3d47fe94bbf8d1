package io.biplane.api.openapi;

import io.biplane.api.Fields;
import io.biplane.api.Json;

import tools.jackson.databind.JsonNode;

import java.util.Map;

/**
 * Turns an OpenAPI version 2 document into the protobuf form that kubectl asks for. Field numbers
 * are those of gnostic's {@code openapiv2/OpenAPIv2.proto}.
 */
final class GnosticWriter {
    private GnosticWriter() {}

    static byte[] document(JsonNode document) {
        ProtoWriter out = new ProtoWriter();
        out.string(1, Fields.string(document, "swagger"));
        JsonNode info = document.path("info");
        out.message(
                2,
                i ->
                        i.string(1, Fields.string(info, "title"))
                                .string(2, Fields.string(info, "version")));
        out.message(8, paths -> entries(paths, 2, document.path("paths"), GnosticWriter::path));
        out.message(
                9,
                definitions ->
                        entries(
                                definitions,
                                1,
                                document.path("definitions"),
                                GnosticWriter::schema));
        return out.bytes();
    }

    /** Writes the content of one value. */
    private interface Content {
        void write(ProtoWriter out, JsonNode value);
    }

    /** A JSON object as repeated pairs of name (1) and value (2). */
    private static void entries(ProtoWriter out, int field, JsonNode object, Content content) {
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            out.message(
                    field,
                    pair ->
                            pair.string(1, entry.getKey())
                                    .message(2, value -> content.write(value, entry.getValue())));
        }
    }

    private static void path(ProtoWriter out, JsonNode path) {
        method(out, 2, path.path("get"));
        method(out, 3, path.path("put"));
        method(out, 4, path.path("post"));
        method(out, 5, path.path("delete"));
        method(out, 8, path.path("patch"));
        path.path("parameters").forEach(p -> out.message(9, item -> parameter(item, p)));
    }

    private static void method(ProtoWriter out, int field, JsonNode operation) {
        if (operation.isObject()) {
            out.message(field, content -> operation(content, operation));
        }
    }

    private static void operation(ProtoWriter out, JsonNode operation) {
        strings(out, 1, operation.path("tags"));
        out.string(3, Fields.string(operation, "description"));
        out.string(5, Fields.string(operation, "operationId"));
        strings(out, 6, operation.path("produces"));
        strings(out, 7, operation.path("consumes"));
        operation.path("parameters").forEach(p -> out.message(8, item -> parameter(item, p)));
        out.message(
                9,
                responses ->
                        entries(
                                responses,
                                1,
                                operation.path("responses"),
                                (value, response) -> value.message(1, r -> response(r, response))));
        strings(out, 10, operation.path("schemes"));
        extensions(out, 13, operation);
    }

    private static void response(ProtoWriter out, JsonNode response) {
        out.string(1, Fields.string(response, "description"));
        if (response.has("schema")) {
            out.message(2, item -> item.message(1, s -> schema(s, response.path("schema"))));
        }
    }

    /** A ParametersItem: a Parameter (1), which is a body (1) or something else (2). */
    private static void parameter(ProtoWriter out, JsonNode parameter) {
        String in = Fields.string(parameter, "in");
        out.message(
                1,
                p -> {
                    switch (in) {
                        case "body" -> p.message(1, body -> body(body, parameter));
                        // Query parameters may be empty (5), so all that follows stands one on.
                        case "query" ->
                                p.message(2, o -> o.message(3, q -> other(q, parameter, 6)));
                        case "path" -> p.message(2, o -> o.message(4, q -> other(q, parameter, 5)));
                        default -> throw new IllegalStateException("parameter in " + in);
                    }
                });
    }

    private static void body(ProtoWriter out, JsonNode parameter) {
        out.string(1, Fields.string(parameter, "description"))
                .string(2, Fields.string(parameter, "name"))
                .string(3, Fields.string(parameter, "in"))
                .bool(4, parameter.path("required").booleanValue(false))
                .message(5, s -> schema(s, parameter.path("schema")));
    }

    private static void other(ProtoWriter out, JsonNode parameter, int typeField) {
        out.bool(1, parameter.path("required").booleanValue(false))
                .string(2, Fields.string(parameter, "in"))
                .string(3, Fields.string(parameter, "description"))
                .string(4, Fields.string(parameter, "name"))
                .string(typeField, Fields.string(parameter, "type"))
                .bool(typeField + 14, parameter.path("uniqueItems").booleanValue(false));
    }

    private static void schema(ProtoWriter out, JsonNode schema) {
        out.string(1, Fields.string(schema, "$ref"));
        out.string(2, Fields.string(schema, "format"));
        out.string(4, Fields.string(schema, "description"));
        strings(out, 19, schema.path("required"));
        if (schema.has("additionalProperties")) {
            JsonNode additional = schema.path("additionalProperties");
            out.message(21, item -> item.message(1, s -> schema(s, additional)));
        }
        if (schema.has("type")) {
            out.message(22, type -> type.string(1, Fields.string(schema, "type")));
        }
        if (schema.has("items")) {
            out.message(23, items -> items.message(1, s -> schema(s, schema.path("items"))));
        }
        if (schema.has("properties")) {
            out.message(25, p -> entries(p, 1, schema.path("properties"), GnosticWriter::schema));
        }
        extensions(out, 31, schema);
    }

    /** Extensions carry their values as YAML, of which JSON is a part. */
    private static void extensions(ProtoWriter out, int field, JsonNode node) {
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (entry.getKey().startsWith("x-")) {
                String yaml = Json.text(entry.getValue());
                out.message(
                        field,
                        named ->
                                named.string(1, entry.getKey())
                                        .message(2, any -> any.string(2, yaml)));
            }
        }
    }

    private static void strings(ProtoWriter out, int field, JsonNode list) {
        list.forEach(text -> out.string(field, text.stringValue("")));
    }
}
