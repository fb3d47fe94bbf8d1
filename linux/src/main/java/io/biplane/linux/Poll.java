package io.biplane.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.BitSet;

/** Waiting for descriptors to become readable. */
final class Poll {
    private static final short POLLIN = 1;
    private static final int BYTES = 8; // struct pollfd: int fd; short events; short revents
    private static final int REVENTS = 6;

    private Poll() {}

    /**
     * Waits until one of them has something to tell, or the time has passed, or a signal came; for
     * platform threads.
     *
     * @return which of them have
     */
    static BitSet await(int[] descriptors, Duration limit) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fds = arena.allocate((long) BYTES * descriptors.length, 4);
            for (int i = 0; i < descriptors.length; i++) {
                fds.set(JAVA_INT, (long) BYTES * i, descriptors[i]);
                fds.set(JAVA_SHORT, (long) BYTES * i + 4, POLLIN);
            }
            // Rounded up: a wait of less than a millisecond would else be a busy loop.
            long millis =
                    limit.toSeconds() > 3600 ? 3_600_000 : (limit.toNanos() + 999_999) / 1_000_000;
            int _ = ProcessSyscalls.poll(fds, descriptors.length, (int) millis);
            BitSet ready = new BitSet();
            for (int i = 0; i < descriptors.length; i++) {
                ready.set(i, fds.get(JAVA_SHORT, (long) BYTES * i + REVENTS) != 0);
            }
            return ready;
        }
    }
}
