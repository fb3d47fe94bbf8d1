package io.biplane.api.protobuf;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads one protobuf message field by field. Every call moves on or throws, and nothing is made
 * larger than the bytes that are there.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">the encoding</a>
 */
final class WireReader {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int BYTES = 2;
    private static final int START_GROUP = 3;
    private static final int END_GROUP = 4;
    private static final int FIXED32 = 5;

    /** A field number and how its value is written. */
    record Tag(int number, int wireType) {}

    private final byte[] body;
    private final int end;
    private int at;

    WireReader(byte[] body, int start, int end) {
        this.body = body;
        this.at = start;
        this.end = end;
    }

    boolean more() {
        return at < end;
    }

    /** From the start of the body. */
    int offset() {
        return at;
    }

    MalformedException fault(String what) {
        return new MalformedException(at, what);
    }

    Tag tag() {
        int start = at;
        long tag = varint();
        long number = tag >>> 3;
        if (number < 1 || number >= 1 << 29) {
            throw new MalformedException(start, "there is no field number " + number);
        }
        return new Tag((int) number, (int) tag & 7);
    }

    /** An integer of up to 64 bits; negative ones take ten bytes whatever their type. */
    long varint() {
        int start = at;
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at == end) {
                throw new MalformedException(start, "a varint is cut off");
            }
            byte b = body[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new MalformedException(start, "a varint is longer than ten bytes");
    }

    /** Eight bytes, the lowest first. */
    long fixed64() {
        return Long.reverseBytes(ByteBuffer.wrap(body).getLong(advance(Long.BYTES)));
    }

    /** What is inside of a message, a packed list or a string. */
    WireReader nested() {
        int start = at;
        long length = varint();
        if (length < 0 || length > end - at) {
            throw new MalformedException(
                    start,
                    "a length of %s bytes, but %d are left"
                            .formatted(Long.toUnsignedString(length), end - at));
        }
        int inner = advance((int) length);
        return new WireReader(body, inner, at);
    }

    byte[] bytes() {
        WireReader inner = nested();
        return Arrays.copyOfRange(body, inner.at, inner.end);
    }

    String text() {
        WireReader inner = nested();
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body, inner.at, inner.end - inner.at))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedException(inner.at, "a string is not UTF-8");
        }
    }

    /** Passes over the value of a field that is not known. */
    void skip(Tag tag) {
        int groups = 0;
        Tag next = tag;
        while (true) {
            switch (next.wireType()) {
                case VARINT -> varint();
                case FIXED64 -> advance(Long.BYTES);
                case BYTES -> nested();
                case START_GROUP -> groups++;
                case END_GROUP -> groups--;
                case FIXED32 -> advance(Integer.BYTES);
                default -> throw fault("there is no wire type " + next.wireType());
            }
            if (groups < 0) {
                throw fault("a group ends that never began");
            }
            if (groups == 0) {
                return;
            }
            next = tag();
        }
    }

    /** Moves on by that many bytes; where they began. */
    private int advance(int count) {
        if (count > end - at) {
            throw fault("%d bytes are needed, but %d are left".formatted(count, end - at));
        }
        int start = at;
        at += count;
        return start;
    }
}
