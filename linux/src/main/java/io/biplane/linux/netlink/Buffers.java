package io.biplane.linux.netlink;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The memory of one request and its answers. Thousands of sockets live for a millisecond each, so
 * the memory belongs to none of them: it is borrowed for a request and given back.
 */
final class Buffers implements AutoCloseable {
    /** The kernel never makes a datagram of an answer longer than this. */
    private static final int DATAGRAM_BYTES = 64 << 10;

    /** Memory beyond this is for a rare large transaction and is left to the collector. */
    private static final int KEPT_BYTES = 1 << 20;

    private static final ConcurrentLinkedQueue<Buffers> IDLE = new ConcurrentLinkedQueue<>();

    final byte[] received = new byte[DATAGRAM_BYTES];
    final MemorySegment receiving = Arena.ofAuto().allocate(DATAGRAM_BYTES);
    private MemorySegment sending = Arena.ofAuto().allocate(DATAGRAM_BYTES);

    private Buffers() {}

    static Buffers borrow() {
        Buffers idle = IDLE.poll();
        return idle == null ? new Buffers() : idle;
    }

    /** The request in memory that the kernel can read. */
    MemorySegment toSend(MessageWriter request) {
        int length = request.length();
        if (sending.byteSize() < length) {
            sending = Arena.ofAuto().allocate(length);
        }
        MemorySegment.copy(request.array(), 0, sending, ValueLayout.JAVA_BYTE, 0, length);
        return sending;
    }

    /** Takes over what the kernel wrote to {@link #receiving}. */
    void take(int length) {
        MemorySegment.copy(receiving, ValueLayout.JAVA_BYTE, 0, received, 0, length);
    }

    @Override
    public void close() {
        if (sending.byteSize() > KEPT_BYTES) {
            sending = Arena.ofAuto().allocate(DATAGRAM_BYTES);
        }
        IDLE.add(this);
    }
}
