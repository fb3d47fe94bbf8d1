package io.biplane.api;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/**
 * The rules of one kind: what is filled in, what may not change and what is refused. All methods
 * are pure but for changing the object they are given; none keeps a reference to it.
 *
 * <p>The API server calls, on create: {@link #applyDefaults}, {@link #prepareForCreate}, {@link
 * #validate}; on update: {@link #applyDefaults}, {@link #prepareForUpdate}, {@link
 * #validateUpdate}; on an update of the status: {@link #prepareForStatusUpdate}, {@link
 * #validateStatusUpdate}; on every read of a stored object: {@link #decode}.
 */
public interface Strategy {
    /**
     * Fills in what upstream fills in when it decodes an object, whatever else the request says.
     */
    default void applyDefaults(ObjectNode object) {}

    /** Brings a stored object into the form that clients read; for objects of older versions. */
    default void decode(ObjectNode stored) {}

    /** Drops what a client may not set on create: the status. */
    default void prepareForCreate(ObjectNode object) {
        object.remove("status");
    }

    /** Drops what a client may not change on update: the status is the stored one. */
    default void prepareForUpdate(ObjectNode object, ObjectNode old) {
        copy("status", old, object);
    }

    /** All but the status is the stored object's; labels, annotations and the like stay, too. */
    default void prepareForStatusUpdate(ObjectNode object, ObjectNode old) {
        JsonNode status = object.get("status");
        JsonNode resourceVersion = object.path("metadata").get("resourceVersion");
        object.removeAll();
        object.setAll(old.deepCopy());
        if (resourceVersion != null) {
            Json.child(object, "metadata").set("resourceVersion", resourceVersion);
        }
        if (status == null) {
            object.remove("status");
        } else {
            object.set("status", status);
        }
    }

    /** The faults of a new object. */
    default List<FieldError> validate(ObjectNode object) {
        return List.of();
    }

    /** The faults of a changed object, those of the change included. */
    default List<FieldError> validateUpdate(ObjectNode object, ObjectNode old) {
        return validate(object);
    }

    /** The faults of a changed status. */
    default List<FieldError> validateStatusUpdate(ObjectNode object, ObjectNode old) {
        return List.of();
    }

    /** Texts for {@code Warning} headers; {@code old} is null on create. */
    default List<String> warnings(ObjectNode object, @Nullable ObjectNode old) {
        return List.of();
    }

    /** Sets {@code field} of {@code to} to what {@code from} has, or removes it. */
    static void copy(String field, ObjectNode from, ObjectNode to) {
        JsonNode value = from.get(field);
        if (value == null) {
            to.remove(field);
        } else {
            to.set(field, value.deepCopy());
        }
    }
}
