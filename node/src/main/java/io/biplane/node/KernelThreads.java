package io.biplane.node;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Platform threads for calls that wait in the kernel. A native call holds a virtual thread's
 * carrier, of which there is one per core: a few that wait for the kernel's one RTNL lock would
 * stop every request and watch of the process. Two are enough for one lock.
 */
final class KernelThreads {
    private static final int THREADS = 2;

    static ExecutorService create() {
        return Executors.newFixedThreadPool(
                THREADS, Thread.ofPlatform().daemon().name("pod-network-", 0).factory());
    }

    /** Runs {@code work} on one of the threads and waits, through interrupts: it is short. */
    static <T> T call(ExecutorService threads, Callable<T> work) {
        Future<T> result = threads.submit(work);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return result.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw switch (e.getCause()) {
                case RuntimeException failure -> failure;
                case Error error -> throw error;
                case null, default -> new IllegalStateException(e.getCause());
            };
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private KernelThreads() {}
}
