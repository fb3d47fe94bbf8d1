package io.biplane.api.type;

import io.biplane.api.StatusException;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.stream.Collectors;

/** Brings an object that a client sent into the form that its type has. */
public final class Decoder {
    private Decoder() {}

    /**
     * Checks every value's JSON type, and brings the object, in place, into the form in which its
     * type is printed: without nulls, unknown fields and values that mean nothing ({@link
     * Presence}).
     *
     * @return texts for {@code Warning} headers, one per unknown field, under {@link
     *     FieldValidation#WARN}; otherwise none
     * @throws StatusException 400 if a value has the wrong JSON type, if there are unknown fields
     *     under {@link FieldValidation#STRICT}, or if the kind is not in the type registry
     */
    public static List<String> decode(
            ObjectNode object, String apiVersion, String kind, FieldValidation validation) {
        ApiType type =
                TypeRegistry.get()
                        .ofKind(apiVersion, kind)
                        .orElseThrow(() ->
                                StatusException.badRequest(
                                        "no kind \"%s\" is registered for version \"%s\""
                                                .formatted(kind, apiVersion)));
        try {
            return decode(object, type, validation);
        } catch (DecodeException e) {
            String version = apiVersion.substring(apiVersion.indexOf('/') + 1);
            throw StatusException.badRequest(
                    "%s in version \"%s\" cannot be handled as a %s: %s"
                            .formatted(kind, version, kind, e.text()));
        }
    }

    /**
     * Does the same for a known type, leaving it to the caller how the fault is reported (a patched
     * object's is a 422, not a 400).
     *
     * @throws DecodeException if a value has the wrong JSON type, or on unknown fields under {@link
     *     FieldValidation#STRICT}
     */
    public static List<String> decode(ObjectNode object, ApiType type, FieldValidation validation) {
        List<String> unknown =
                new RoundTrip()
                        .apply(object, type).stream()
                                .map(path -> "unknown field \"" + path + "\"")
                                .toList();
        return switch (validation) {
            case IGNORE -> List.of();
            case WARN -> unknown;
            case STRICT -> {
                if (!unknown.isEmpty()) {
                    throw new DecodeException(
                            unknown.stream()
                                    .collect(
                                            Collectors.joining(
                                                    ", ", "strict decoding error: ", "")));
                }
                yield unknown;
            }
        };
    }
}
