package io.biplane.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Waits for the end of processes, anybody's, on one platform thread, which can be woken. */
public final class ProcessWatch implements AutoCloseable {
    private final int wake = Syscalls.eventFd();

    /**
     * Waits until one of the processes has ended, or {@link #wake} was called, or the time has
     * passed, or a signal came.
     *
     * @param limit an hour at most counts
     */
    public void await(List<Pidfd> processes, Duration limit) {
        int[] descriptors =
                Stream.concat(IntStream.of(wake).boxed(), processes.stream().map(Pidfd::fd))
                        .mapToInt(Integer::intValue)
                        .toArray();
        if (Poll.await(descriptors, limit).get(0)) {
            try (Arena arena = Arena.ofConfined()) {
                int _ = Syscalls.read(wake, arena.allocate(ValueLayout.JAVA_LONG), "wake-up");
            }
        }
    }

    /** Ends the wait that is under way, or else the next one. */
    public void wake() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
            Syscalls.write(wake, one, one.byteSize(), "wake-up");
        }
    }

    @Override
    public void close() {
        Syscalls.close(wake);
    }
}
