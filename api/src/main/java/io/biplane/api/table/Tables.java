package io.biplane.api.table;

import io.biplane.api.Json;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.List;

/** Makes tables of objects, with the columns of their kind. */
public final class Tables {
    /** What a row carries besides its cells: query parameter {@code includeObject}. */
    public enum IncludeObject {
        NONE,
        METADATA,
        OBJECT;

        /** Reads the query parameter; anything unknown is the default, the metadata. */
        public static IncludeObject parse(String value) {
            return switch (value) {
                case "None" -> NONE;
                case "Object" -> OBJECT;
                default -> METADATA;
            };
        }
    }

    private Tables() {}

    /** The table of one object. */
    public static ObjectNode ofObject(
            List<Column> columns, ObjectNode object, IncludeObject include, Instant now) {
        ObjectNode metadata = Json.object();
        copy("resourceVersion", object.path("metadata"), metadata);
        return table(columns, List.of(object), metadata, include, now, true);
    }

    /**
     * The table of a list.
     *
     * @param metadata the list's metadata: resourceVersion, continue, remainingItemCount
     */
    public static ObjectNode ofList(
            List<Column> columns,
            Iterable<? extends JsonNode> items,
            ObjectNode metadata,
            IncludeObject include,
            Instant now) {
        return table(columns, items, metadata, include, now, true);
    }

    /**
     * The table that carries an object in a watch event.
     *
     * @param headings whether to name the columns: only the first event of a watch does
     */
    public static ObjectNode ofEvent(
            List<Column> columns,
            ObjectNode object,
            IncludeObject include,
            Instant now,
            boolean headings) {
        ObjectNode metadata = Json.object();
        copy("resourceVersion", object.path("metadata"), metadata);
        return table(columns, List.of(object), metadata, include, now, headings);
    }

    private static ObjectNode table(
            List<Column> columns,
            Iterable<? extends JsonNode> items,
            ObjectNode metadata,
            IncludeObject include,
            Instant now,
            boolean headings) {
        ObjectNode table = Json.object().put("kind", "Table");
        table.put("apiVersion", "meta.k8s.io/v1").set("metadata", metadata);
        ArrayNode definitions = table.putArray("columnDefinitions");
        if (headings) {
            columns.forEach(column -> define(definitions.addObject(), column));
        }
        ArrayNode rows = table.putArray("rows");
        for (JsonNode item : items) {
            ObjectNode row = rows.addObject();
            ArrayNode cells = row.putArray("cells");
            columns.forEach(column -> cells.add(node(column.cell().of(item, now))));
            include(row, item, include);
        }
        return table;
    }

    private static JsonNode node(Object cell) {
        return switch (cell) {
            case Integer number -> JsonNodeFactory.instance.numberNode(number);
            case String text -> JsonNodeFactory.instance.stringNode(text);
            default -> throw new IllegalStateException("no cell is a " + cell.getClass());
        };
    }

    private static void define(ObjectNode definition, Column column) {
        definition
                .put("name", column.name())
                .put("type", column.type())
                .put("format", column.format())
                .put("description", column.description())
                .put("priority", column.priority());
    }

    private static void include(ObjectNode row, JsonNode item, IncludeObject include) {
        switch (include) {
            case NONE -> {}
            case OBJECT -> row.set("object", item);
            case METADATA -> {
                ObjectNode partial = row.putObject("object");
                partial.put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
                copy("metadata", item, partial);
            }
        }
    }

    private static void copy(String field, JsonNode from, ObjectNode to) {
        JsonNode value = from.get(field);
        if (value != null) {
            to.set(field, value);
        }
    }
}
