package io.biplane.api.protobuf;

/** Bytes that are no such message; who knows the field turns it into a DecodeException. */
final class MalformedException extends RuntimeException {
    private final int offset;

    MalformedException(int offset, String what) {
        super(what);
        this.offset = offset;
    }

    /** Where, in bytes from the start of the body. */
    int offset() {
        return offset;
    }
}
