package io.biplane.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

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

    /**
     * The messages of a datagram.
     *
     * @throws IllegalStateException if one ends beyond the datagram
     */
    static List<Message> allOf(byte[] bytes, int length) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        List<Message> messages = new ArrayList<>();
        int at = 0;
        while (at + HEADER_BYTES <= length) {
            int size = buffer.getInt(at);
            if (size < HEADER_BYTES || size > length - at) {
                throw new IllegalStateException(
                        "a netlink message of %d bytes at %d in a datagram of %d"
                                .formatted(size, at, length));
            }
            messages.add(new Message(bytes, at, at + size));
            at += (size + 3) & ~3;
        }
        return messages;
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
