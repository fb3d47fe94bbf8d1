package io.biplane.linux.netlink;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes one request: a row of netlink messages with nested attributes, numbered from 1. Numbers
 * are in host order unless a name says {@code be}. It may be reused after {@link #clear}; it is not
 * safe for use by several threads.
 */
public final class MessageWriter {
    // linux/netlink.h
    public static final int NLM_F_REQUEST = 1;
    public static final int NLM_F_ACK = 4;
    public static final int NLM_F_REPLACE = 0x100;
    public static final int NLM_F_EXCL = 0x200;
    public static final int NLM_F_CREATE = 0x400;
    public static final int NLM_F_APPEND = 0x800;
    public static final int NLM_F_DUMP = 0x300;

    private static final int NLA_F_NESTED = 0x8000;

    /** The length of an attribute is 16 bits wide. */
    private static final int MAX_ATTRIBUTE_BYTES = 0xffff;

    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.nativeOrder());
    private static final VarHandle INT_BE =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG_BE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORT_BE =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

    private byte[] bytes = new byte[4096];
    private int position;
    private int message;
    private int messages;

    /** Forgets all that was written, and keeps the memory. */
    public void clear() {
        position = 0;
        messages = 0;
    }

    /** Starts a message; flags always include {@link #NLM_F_REQUEST}. */
    public MessageWriter begin(int type, int flags) {
        message = position;
        u32(0);
        u16(type);
        u16(flags | NLM_F_REQUEST);
        u32(++messages);
        u32(0);
        return this;
    }

    /** Ends the message that was started last. */
    public MessageWriter end() {
        INT.set(bytes, message, position - message);
        return this;
    }

    /** Asks for the acknowledgement of the message that was started last. */
    public void acknowledge() {
        short flags = (short) SHORT.get(bytes, message + 6);
        SHORT.set(bytes, message + 6, (short) (flags | NLM_F_ACK));
    }

    /** The number of messages so far. */
    public int messages() {
        return messages;
    }

    /** The number of bytes so far. */
    public int length() {
        return position;
    }

    /** A copy of the bytes from {@code position} on. */
    public byte[] bytesFrom(int position) {
        return Arrays.copyOfRange(bytes, position, this.position);
    }

    byte[] array() {
        return bytes;
    }

    private void reserve(int count) {
        if (position + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, position + count));
        }
    }

    public MessageWriter u8(int value) {
        reserve(1);
        bytes[position++] = (byte) value;
        return this;
    }

    public MessageWriter u16(int value) {
        reserve(2);
        SHORT.set(bytes, position, (short) value);
        position += 2;
        return this;
    }

    public MessageWriter u32(int value) {
        reserve(4);
        INT.set(bytes, position, value);
        position += 4;
        return this;
    }

    public MessageWriter be16(int value) {
        reserve(2);
        SHORT_BE.set(bytes, position, (short) value);
        position += 2;
        return this;
    }

    public MessageWriter be32(int value) {
        reserve(4);
        INT_BE.set(bytes, position, value);
        position += 4;
        return this;
    }

    public MessageWriter be64(long value) {
        reserve(8);
        LONG_BE.set(bytes, position, value);
        position += 8;
        return this;
    }

    public MessageWriter raw(byte[] value) {
        reserve(value.length);
        System.arraycopy(value, 0, bytes, position, value.length);
        position += value.length;
        return this;
    }

    /** Zeroes up to the next multiple of four. */
    public MessageWriter pad() {
        while ((position & 3) != 0) {
            u8(0);
        }
        return this;
    }

    /** Starts an attribute whose value is written next; its mark goes to {@link #close}. */
    public int open(int type) {
        int mark = position;
        u16(0);
        u16(type);
        return mark;
    }

    /** Starts an attribute that holds attributes; its mark goes to {@link #close}. */
    public int nest(int type) {
        return open(type | NLA_F_NESTED);
    }

    /**
     * Ends the attribute that was opened at {@code mark}.
     *
     * @throws IllegalStateException if it has outgrown its 16 bits of length
     */
    public void close(int mark) {
        int length = position - mark;
        if (length > MAX_ATTRIBUTE_BYTES) {
            throw new IllegalStateException(
                    "a netlink attribute of %d bytes is longer than %d"
                            .formatted(length, MAX_ATTRIBUTE_BYTES));
        }
        SHORT.set(bytes, mark, (short) length);
        pad();
    }

    public MessageWriter attrU8(int type, int value) {
        return u16(5).u16(type).u8(value).pad();
    }

    public MessageWriter attrU32(int type, int value) {
        return u16(8).u16(type).u32(value);
    }

    public MessageWriter attrBe32(int type, int value) {
        return u16(8).u16(type).be32(value);
    }

    public MessageWriter attrBe64(int type, long value) {
        return u16(12).u16(type).be64(value);
    }

    public MessageWriter attrBytes(int type, byte[] value) {
        return u16(4 + value.length).u16(type).raw(value).pad();
    }

    /** A string with its final NUL. */
    public MessageWriter attrString(int type, String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return u16(5 + utf8.length).u16(type).raw(utf8).u8(0).pad();
    }
}
