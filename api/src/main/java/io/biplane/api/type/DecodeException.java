package io.biplane.api.type;

/** An object whose JSON does not fit its type; the message is upstream's decoder's. */
public final class DecodeException extends RuntimeException {
    DecodeException(String message) {
        super(message);
    }

    /** The message, which is never null. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
