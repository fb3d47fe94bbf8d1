package io.biplane.api;

import java.util.Arrays;
import java.util.Optional;

/** Why a request failed: the {@code reason} of a Status, and the HTTP code that goes with it. */
public enum Reason {
    BAD_REQUEST("BadRequest", 400),
    UNAUTHORIZED("Unauthorized", 401),
    FORBIDDEN("Forbidden", 403),
    NOT_FOUND("NotFound", 404),
    METHOD_NOT_ALLOWED("MethodNotAllowed", 405),
    NOT_ACCEPTABLE("NotAcceptable", 406),
    ALREADY_EXISTS("AlreadyExists", 409),
    CONFLICT("Conflict", 409),
    GONE("Gone", 410),
    EXPIRED("Expired", 410),
    REQUEST_ENTITY_TOO_LARGE("RequestEntityTooLarge", 413),
    UNSUPPORTED_MEDIA_TYPE("UnsupportedMediaType", 415),
    INVALID("Invalid", 422),
    TOO_MANY_REQUESTS("TooManyRequests", 429),
    INTERNAL_ERROR("InternalError", 500),
    /** The server is busy with the request longer than it may be; the client should try again. */
    SERVER_TIMEOUT("ServerTimeout", 500),
    SERVICE_UNAVAILABLE("ServiceUnavailable", 503),
    TIMEOUT("Timeout", 504);

    private final String word;
    private final int code;

    Reason(String word, int code) {
        this.word = word;
        this.code = code;
    }

    /** The word on the wire, such as {@code NotFound}. */
    public String word() {
        return word;
    }

    /** The HTTP status code. */
    public int code() {
        return code;
    }

    /** The reason of a Status that says {@code word}. */
    public static Optional<Reason> ofWord(String word) {
        return Arrays.stream(values()).filter(r -> r.word.equals(word)).findFirst();
    }

    /** The nearest reason for an answer that carries no Status, such as a proxy's. */
    public static Reason ofCode(int code) {
        return Arrays.stream(values())
                .filter(r -> r.code == code)
                .findFirst()
                .orElse(code >= 400 && code < 500 ? BAD_REQUEST : INTERNAL_ERROR);
    }
}
