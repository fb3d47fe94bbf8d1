package io.biplane.cli.component;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A component that runs until its process is asked to end. */
final class Running {
    private static final System.Logger LOG = System.getLogger(Running.class.getName());

    private Running() {}

    /** Something that may fail at its start. */
    interface Start {
        void start() throws Exception;
    }

    /**
     * Starts a component and stays until SIGTERM or Ctrl-C, then stops it.
     *
     * @param idle flags that were given and have no effect
     */
    static void untilStopped(String component, List<String> idle, Start start, Runnable stop)
            throws Exception {
        if (!idle.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    () -> "%s: flags without an effect: %s".formatted(component, idle));
        }
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    asked.countDown();
                                    await(stopped);
                                },
                                "stop"));
        try {
            start.start();
            LOG.log(Level.INFO, () -> component + " started");
            asked.await();
        } finally {
            stop.run();
            LOG.log(Level.INFO, () -> component + " stopped");
            stopped.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
