package io.biplane.linux.netlink;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A row of attributes in a received message. Lengths are checked, so that a malformed message gives
 * fewer attributes and never an index out of bounds.
 */
public final class Attributes {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.nativeOrder());
    private static final int TYPE_MASK = 0x3fff;

    private final byte[] bytes;
    private final int from;
    private final int to;

    Attributes(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.from = from;
        this.to = to;
    }

    /** One attribute; its value lies in {@code bytes[from, to)}. */
    public static final class Attribute {
        private final int type;
        private final byte[] bytes;
        private final int from;
        private final int to;

        private Attribute(int type, byte[] bytes, int from, int to) {
            this.type = type;
            this.bytes = bytes;
            this.from = from;
            this.to = to;
        }

        public int type() {
            return type;
        }

        /** The value as a number of one, two or four bytes in host order. */
        public int asInt() {
            return switch (to - from) {
                case 1 -> bytes[from] & 0xff;
                case 2 -> (short) SHORT.get(bytes, from) & 0xffff;
                default -> to - from >= 4 ? (int) INT.get(bytes, from) : 0;
            };
        }

        /** The value as a number of four bytes, or of eight that fit four, in network order. */
        public int asBigEndianInt() {
            int value = 0;
            for (int i = from; i < to; i++) {
                value = value << 8 | (bytes[i] & 0xff);
            }
            return value;
        }

        public long asBigEndianLong() {
            long value = 0;
            for (int i = from; i < to; i++) {
                value = value << 8 | (bytes[i] & 0xff);
            }
            return value;
        }

        public byte[] asBytes() {
            return Arrays.copyOfRange(bytes, from, to);
        }

        /** The value as text, up to the first NUL. */
        public String asString() {
            int end = from;
            while (end < to && bytes[end] != 0) {
                end++;
            }
            return new String(bytes, from, end - from, StandardCharsets.UTF_8);
        }

        public Attributes asAttributes() {
            return new Attributes(bytes, from, to);
        }
    }

    /** All attributes, in the order of the message. */
    public List<Attribute> all() {
        List<Attribute> all = new ArrayList<>();
        int offset = from;
        while (offset + 4 <= to) {
            int length = (short) SHORT.get(bytes, offset) & 0xffff;
            if (length < 4 || offset + length > to) {
                break;
            }
            int type = (short) SHORT.get(bytes, offset + 2) & TYPE_MASK;
            all.add(new Attribute(type, bytes, offset + 4, offset + length));
            offset += (length + 3) & ~3;
        }
        return all;
    }

    /** The first attribute of the type, or null. */
    public @Nullable Attribute find(int type) {
        int offset = from;
        while (offset + 4 <= to) {
            int length = (short) SHORT.get(bytes, offset) & 0xffff;
            if (length < 4 || offset + length > to) {
                return null;
            }
            if (((short) SHORT.get(bytes, offset + 2) & TYPE_MASK) == type) {
                return new Attribute(type, bytes, offset + 4, offset + length);
            }
            offset += (length + 3) & ~3;
        }
        return null;
    }

    public boolean has(int type) {
        return find(type) != null;
    }

    public OptionalInt number(int type) {
        Attribute found = find(type);
        return found == null ? OptionalInt.empty() : OptionalInt.of(found.asInt());
    }

    /** A number in network order, or {@code otherwise}. */
    public int bigEndian(int type, int otherwise) {
        Attribute found = find(type);
        return found == null ? otherwise : found.asBigEndianInt();
    }

    public Optional<byte[]> bytes(int type) {
        Attribute found = find(type);
        return found == null ? Optional.empty() : Optional.of(found.asBytes());
    }

    /** A text, or empty. */
    public String string(int type) {
        Attribute found = find(type);
        return found == null ? "" : found.asString();
    }

    /** The attributes within an attribute; none if it is not there. */
    public Attributes nested(int type) {
        Attribute found = find(type);
        return found == null ? new Attributes(bytes, to, to) : found.asAttributes();
    }
}
