package io.biplane.api.table;

import tools.jackson.databind.JsonNode;

import java.time.Instant;

/**
 * A column of a table.
 *
 * @param name heading; kubectl prints it in capitals
 * @param type JSON type of the cells
 * @param format {@code name} for the column that names the object, else empty
 * @param priority 0 for what is always printed, 1 for what only {@code -o wide} prints
 * @param description what the column says, for discovery by clients
 * @param cell takes the cell out of an object
 */
public record Column(
        String name, String type, String format, int priority, String description, Cell cell) {
    /** Takes a cell out of an object. */
    public interface Cell {
        /**
         * The cell's content.
         *
         * @param object the object
         * @param now the time that ages are counted to
         * @return a string or an integer
         */
        Object of(JsonNode object, Instant now);
    }

    public static Column text(String name, String description, Cell cell) {
        return new Column(name, "string", "", 0, description, cell);
    }

    public static Column number(String name, String description, Cell cell) {
        return new Column(name, "integer", "", 0, description, cell);
    }

    /** The same column, printed only by {@code -o wide}. */
    public Column wide() {
        return new Column(name, type, format, 1, description, cell);
    }

    public static Column objectName() {
        return new Column(
                "Name",
                "string",
                "name",
                0,
                "Name must be unique within a namespace.",
                (object, now) -> object.path("metadata").path("name").stringValue(""));
    }

    public static Column age() {
        return text(
                "Age",
                "CreationTimestamp is the time at which the object was created.",
                (object, now) ->
                        Age.since(
                                object.path("metadata").path("creationTimestamp").stringValue(""),
                                now));
    }
}
