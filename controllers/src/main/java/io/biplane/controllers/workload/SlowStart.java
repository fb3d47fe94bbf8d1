package io.biplane.controllers.workload;

import io.biplane.api.StatusException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Does something many times, side by side, in batches of 1, 2, 4, …: what fails for all of them (a
 * quota, a namespace that is going) then fails once, not a thousand times.
 */
final class SlowStart {
    private SlowStart() {}

    /**
     * Runs {@code task} up to {@code count} times; ends after the first batch with a failure.
     *
     * @throws StatusException the first failure
     */
    static void run(int count, Runnable task) throws InterruptedException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int done = 0;
            for (int batch = 1; done < count; batch *= 2) {
                int size = Math.min(batch, count - done);
                List<Callable<Object>> tasks = new ArrayList<>();
                for (int i = 0; i < size; i++) {
                    tasks.add(Executors.callable(task));
                }
                for (Future<Object> result : threads.invokeAll(tasks)) {
                    join(result);
                }
                done += size;
            }
        }
    }

    private static void join(Future<Object> result) throws InterruptedException {
        try {
            result.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
