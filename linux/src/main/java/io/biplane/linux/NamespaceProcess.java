package io.biplane.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Starts programs inside a network namespace. The child inherits the namespace of the thread that
 * forks, and so would the JVM's "process reaper" thread if it were started for this child: it would
 * keep the namespace alive. A reaper that is idle is used again, so one is made ready at home
 * first.
 */
public final class NamespaceProcess {
    private static final ReentrantLock STARTING = new ReentrantLock();

    private NamespaceProcess() {}

    /**
     * Starts {@code builder}'s program in {@code namespace}.
     *
     * @throws IOException if the program cannot be started
     */
    public static Process start(NetworkNamespace namespace, ProcessBuilder builder)
            throws IOException {
        STARTING.lock();
        try {
            makeReaperReady();
            return NamespaceThread.in(
                    namespace,
                    () -> {
                        try {
                            return builder.start();
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            STARTING.unlock();
        }
    }

    /** A program that ends at once leaves an idle reaper, which waits a minute for the next one. */
    private static void makeReaperReady() throws IOException {
        List<String> nothing = List.of("/bin/true");
        Process _ = new ProcessBuilder(nothing).start().onExit().join();
    }
}
