package io.biplane.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One received message. It is valid only while the reader that it was given to runs, for the memory
 * is used again.
 */
public final class Message {
    static final int HEADER_BYTES = 16;

    private final byte[] bytes;
    private final int from;
    private final int to;

    Message(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.from = from;
        this.to = to;
    }

    private ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }

    public int type() {
        return buffer().getShort(from + 4) & 0xffff;
    }

    int flags() {
        return buffer().getShort(from + 6) & 0xffff;
    }

    int sequence() {
        return buffer().getInt(from + 8);
    }

    /** The byte at {@code offset} of the payload. */
    public int u8(int offset) {
        return bytes[from + HEADER_BYTES + offset] & 0xff;
    }

    /** The 16 bits at {@code offset} of the payload, in host order. */
    public int u16(int offset) {
        return buffer().getShort(from + HEADER_BYTES + offset) & 0xffff;
    }

    /** The 32 bits at {@code offset} of the payload, in host order. */
    public int s32(int offset) {
        return buffer().getInt(from + HEADER_BYTES + offset);
    }

    /** The attributes after the first {@code offset} bytes of the payload. */
    public Attributes attributes(int offset) {
        return new Attributes(bytes, Math.min(from + HEADER_BYTES + offset, to), to);
    }
}
