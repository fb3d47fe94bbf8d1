package io.biplane.cli.command;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.linux.Limits;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A program that runs until its process is asked to end, by SIGTERM or SIGINT, and then ends within
 * {@link #STOP_LIMIT}: while it starts, while it waits for somebody, or in the middle of its work.
 */
public final class Running {
    private static final System.Logger LOG = System.getLogger(Running.class.getName());

    /** After that the process ends, whatever has not stopped. */
    static final Duration STOP_LIMIT = Duration.ofSeconds(4);

    /** For a program that has promised to tidy up. */
    public static final Duration NO_LIMIT = Duration.ofDays(1);

    private final String name;
    private final Duration limit;
    private final Thread main = Thread.currentThread();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private boolean closing;

    private Running(String name, Duration limit) {
        this.name = name;
        this.limit = limit;
    }

    /** Something that may fail at its start, and that an interrupt ends early. */
    public interface Start {
        /**
         * @param opened takes what must be closed when the program stops, however far it came
         */
        void start(Opened opened) throws Exception;
    }

    /**
     * Starts a program and stays until SIGTERM or Ctrl-C, then stops it.
     *
     * @param start interrupted when the process is asked to end meanwhile
     * @throws Exception what the start threw, unless it was interrupted
     */
    public static void untilStopped(String name, Start start) throws Exception {
        untilStopped(name, STOP_LIMIT, start);
    }

    /** As {@link #untilStopped(String, Start)}, with another limit. */
    public static void untilStopped(String name, Duration limit, Start start) throws Exception {
        new Running(name, limit).run(start);
    }

    private void run(Start start) throws Exception {
        Limits.raiseOpenFiles();
        // Before anything waits: the first thing that waits may wait for ever.
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "stop"));
        Opened opened = new Opened();
        try {
            start.start(opened);
            LOG.log(Level.INFO, () -> name + " started");
            asked.await();
        } catch (Exception e) {
            if (asked.getCount() > 0) {
                throw e;
            }
            LOG.log(Level.DEBUG, () -> "%s ended before it had started: %s".formatted(name, e));
        } finally {
            closeFromNowOn();
            opened.close();
            LOG.log(Level.INFO, () -> name + " stopped");
            stopped.countDown();
        }
    }

    /** Closing may wait, and nothing interrupts it any more. */
    private void closeFromNowOn() {
        lock.lock();
        try {
            closing = true;
            boolean _ = Thread.interrupted();
        } finally {
            lock.unlock();
        }
    }

    /** In one step: else the interrupt might reach a main thread that closes already. */
    private void ask() {
        lock.lock();
        try {
            asked.countDown();
            if (!closing) {
                main.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    /** On the JVM's shutdown thread, which ends the process when this returns. */
    private void end() {
        ask();
        try {
            if (!stopped.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.log(
                        Level.WARNING,
                        () -> "%s did not stop within %s: ending".formatted(name, limit));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
