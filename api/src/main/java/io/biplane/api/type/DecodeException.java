package io.biplane.api.type;

/** An object that does not fit its type; for JSON, the message is upstream's decoder's. */
public final class DecodeException extends RuntimeException {
    /** Says what does not fit, and where. */
    public DecodeException(String message) {
        super(message);
    }

    /** The message, which is never null. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
