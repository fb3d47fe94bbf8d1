package io.biplane.api.protobuf;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads protobuf's wire format: one message, field by field.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">encoding</a>
 */
final class Wire {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int BYTES = 2;
    static final int FIXED32 = 5;

    private final byte[] bytes;
    private final int end;
    private int at;
    private int number;
    private int type;

    Wire(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private Wire(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    /** Moves to the next field; its value must be read or skipped before the next call. */
    boolean next() {
        if (at == end) {
            return false;
        }
        long tag = varint();
        number = (int) (tag >>> 3);
        type = (int) (tag & 7);
        return true;
    }

    int number() {
        return number;
    }

    /** The wire type of the field. */
    int type() {
        return type;
    }

    /**
     * @throws IllegalArgumentException if the message ends within the number
     */
    long varint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte b = bytes[need(1)];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("proto: integer overflow");
    }

    double doubleValue() {
        long bits = 0;
        int from = need(Double.BYTES);
        for (int i = 0; i < Double.BYTES; i++) {
            bits |= (long) (bytes[from + i] & 0xff) << (8 * i);
        }
        return Double.longBitsToDouble(bits);
    }

    /** The field's value as a message of its own. */
    Wire message() {
        int from = sized();
        return new Wire(bytes, from, at);
    }

    byte[] value() {
        int from = sized();
        return Arrays.copyOfRange(bytes, from, at);
    }

    String string() {
        int from = sized();
        return new String(bytes, from, at - from, StandardCharsets.UTF_8);
    }

    void skip() {
        switch (type) {
            case VARINT -> varint();
            case FIXED64 -> need(8);
            case BYTES -> sized();
            case FIXED32 -> need(4);
            default -> throw new IllegalArgumentException("proto: illegal wireType " + type);
        }
    }

    /** Steps over a value with its length in front; returns where it begins. */
    private int sized() {
        if (type != BYTES) {
            throw new IllegalArgumentException(
                    "proto: wrong wireType = %d for field %d".formatted(type, number));
        }
        long length = varint();
        if (length < 0 || length > end - at) {
            throw new IllegalArgumentException("unexpected EOF");
        }
        return need((int) length);
    }

    private int need(int count) {
        if (count > end - at) {
            throw new IllegalArgumentException("unexpected EOF");
        }
        int from = at;
        at += count;
        return from;
    }
}
