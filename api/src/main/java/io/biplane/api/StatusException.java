package io.biplane.api;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.stream.Collectors;

/**
 * An API request that failed, with all that its Status says. Callers branch on {@link #reason()},
 * never on the text.
 */
public final class StatusException extends RuntimeException {
    private final Reason reason;
    private final @Nullable ObjectNode details;
    private final int code;

    /** A failure without details. */
    public StatusException(Reason reason, String message) {
        this(reason, message, null);
    }

    /**
     * A failure.
     *
     * @param details the Status' {@code details}: name, group, kind, causes, retryAfterSeconds
     */
    public StatusException(Reason reason, String message, @Nullable ObjectNode details) {
        this(reason, reason.code(), message, details);
    }

    private StatusException(Reason reason, int code, String message, @Nullable ObjectNode details) {
        super(message);
        this.reason = reason;
        this.code = code;
        this.details = details;
    }

    /** Why the request failed. */
    public Reason reason() {
        return reason;
    }

    /** The HTTP status code. */
    public int code() {
        return code;
    }

    /** The message, which is never null. */
    public String text() {
        return String.valueOf(getMessage());
    }

    /** {@code pods "x" not found}. */
    public static StatusException notFound(Resource resource, String name) {
        return new StatusException(
                Reason.NOT_FOUND,
                "%s \"%s\" not found".formatted(resource.groupResource(), name),
                details(resource, name));
    }

    /** A path that nothing is served under. */
    public static StatusException noSuchPath() {
        return new StatusException(
                Reason.NOT_FOUND, "the server could not find the requested resource", null);
    }

    /** {@code pods "x" already exists}. */
    public static StatusException alreadyExists(Resource resource, String name) {
        return new StatusException(
                Reason.ALREADY_EXISTS,
                "%s \"%s\" already exists".formatted(resource.groupResource(), name),
                details(resource, name));
    }

    /** {@code Operation cannot be fulfilled on pods "x": why}. */
    public static StatusException conflict(Resource resource, String name, String why) {
        return new StatusException(
                Reason.CONFLICT,
                "Operation cannot be fulfilled on %s \"%s\": %s"
                        .formatted(resource.groupResource(), name, why),
                details(resource, name));
    }

    /** The object was changed by someone else since the caller read it. */
    public static StatusException modified(Resource resource, String name) {
        return conflict(
                resource,
                name,
                "the object has been modified; please apply your changes to the latest version and"
                        + " try again");
    }

    /** {@code pods "x" is forbidden: why}; an empty name is left out. */
    public static StatusException forbidden(Resource resource, String name, String why) {
        String what = name.isEmpty() ? "" : " \"" + name + "\"";
        return new StatusException(
                Reason.FORBIDDEN,
                "%s%s is forbidden: %s".formatted(resource.groupResource(), what, why),
                details(resource, name));
    }

    /** An object with faulty fields; {@code errors} must not be empty. */
    public static StatusException invalid(Resource resource, String name, List<FieldError> errors) {
        return invalid(resource.group(), resource.kind(), name, errors);
    }

    /** The same for what is no resource, such as the options of a request. */
    public static StatusException invalid(
            String group, String kind, String name, List<FieldError> errors) {
        if (errors.isEmpty()) {
            throw new IllegalArgumentException("no field errors for " + kind + " " + name);
        }
        ObjectNode details = Json.object();
        put(details, "name", name);
        put(details, "group", group);
        put(details, "kind", kind);
        ArrayNode causes = details.putArray("causes");
        for (FieldError error : errors) {
            causes.addObject()
                    .put("reason", error.type().reason())
                    .put("message", error.body())
                    .put("field", error.field());
        }
        List<String> texts = errors.stream().map(FieldError::toString).distinct().toList();
        String text =
                texts.size() == 1
                        ? texts.getFirst()
                        : texts.stream().collect(Collectors.joining(", ", "[", "]"));
        return new StatusException(
                Reason.INVALID,
                "%s \"%s\" is invalid: %s"
                        .formatted(group.isEmpty() ? kind : kind + "." + group, name, text),
                details);
    }

    /** A request that cannot be understood. */
    public static StatusException badRequest(String message) {
        return new StatusException(Reason.BAD_REQUEST, message);
    }

    /** {@code patch is not supported on resources of kind "pods"}. */
    public static StatusException methodNotAllowed(Resource resource, String verb) {
        return new StatusException(
                Reason.METHOD_NOT_ALLOWED,
                "%s is not supported on resources of kind \"%s\""
                        .formatted(verb, resource.groupResource()),
                details(resource, ""));
    }

    /** A body in a form that the server does not read. */
    public static StatusException unsupportedMediaType(List<String> accepted) {
        return new StatusException(
                Reason.UNSUPPORTED_MEDIA_TYPE,
                "the body of the request was in an unknown format - accepted media types include: "
                        + String.join(", ", accepted));
    }

    /** An answer asked for in no form that the server writes. */
    public static StatusException notAcceptable(List<String> accepted) {
        return new StatusException(
                Reason.NOT_ACCEPTABLE,
                "only the following media types are accepted: " + String.join(", ", accepted));
    }

    /** A revision or continue token that is compacted away. */
    public static StatusException expired(String message) {
        return new StatusException(Reason.EXPIRED, message);
    }

    /** {@code Internal error occurred: why}. */
    public static StatusException internal(String why) {
        ObjectNode details = Json.object();
        details.putArray("causes").addObject().put("message", why);
        return new StatusException(
                Reason.INTERNAL_ERROR, "Internal error occurred: " + why, details);
    }

    /** A request that no authenticator accepts. */
    public static StatusException unauthorized() {
        return new StatusException(Reason.UNAUTHORIZED, "Unauthorized");
    }

    private static ObjectNode details(Resource resource, String name) {
        ObjectNode details = Json.object();
        put(details, "name", name);
        put(details, "group", resource.group());
        details.put("kind", resource.plural());
        return details;
    }

    private static void put(ObjectNode details, String field, String value) {
        if (!value.isEmpty()) {
            details.put(field, value);
        }
    }

    /** This failure as a {@code v1} Status. */
    public ObjectNode toStatus() {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Failure").put("message", text()).put("reason", reason.word());
        if (details != null) {
            status.set("details", details);
        }
        return status.put("code", code);
    }

    /**
     * The failure that a server answered with.
     *
     * @param httpCode the answer's code, used where the Status has none
     */
    public static StatusException of(JsonNode status, int httpCode) {
        int code = status.path("code").intValue(httpCode);
        Reason reason =
                Reason.ofWord(Fields.string(status, "reason")).orElseGet(() -> Reason.ofCode(code));
        String message = Fields.string(status, "message");
        return new StatusException(
                reason,
                code,
                message.isEmpty() ? "the server answered with code " + code : message,
                status.get("details") instanceof ObjectNode details ? details : null);
    }
}
