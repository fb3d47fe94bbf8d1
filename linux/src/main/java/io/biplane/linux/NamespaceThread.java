package io.biplane.linux;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Runs work inside a network namespace, on a platform thread that is made for it and ends with it.
 * A thread's namespace is inherited by the threads it starts, so the work must start none: it opens
 * a socket or a file (which stays in the namespace and is then used from anywhere), or starts a
 * child process by {@link NamespaceProcess}.
 */
public final class NamespaceThread {
    private NamespaceThread() {}

    /**
     * Runs {@code work} in {@code namespace} and waits for it.
     *
     * @throws SyscallException if the namespace cannot be entered
     */
    public static <T> T in(NetworkNamespace namespace, Callable<T> work) {
        return run(namespace.fd(), namespace.toString(), work);
    }

    /**
     * As {@link #in(NetworkNamespace, Callable)}, for a namespace file such as {@code
     * /run/netns/blue} or {@code /proc/42/ns/net}.
     */
    public static <T> T in(Path namespace, Callable<T> work) {
        int fd = Syscalls.open(namespace.toString(), Syscalls.O_RDONLY, 0);
        try {
            return run(fd, namespace.toString(), work);
        } finally {
            Syscalls.close(fd);
        }
    }

    private static <T> T run(int fd, String name, Callable<T> work) {
        return onNewThread(() -> {
            Syscalls.setns(fd, name);
            return work.call();
        });
    }

    /**
     * Runs {@code work}, which may change its thread's namespace. The thread is back at home before
     * the result is published: waking a virtual thread may start a carrier thread, which would else
     * be born, and stay, in the foreign namespace.
     */
    static <T> T onNewThread(Callable<T> work) {
        FutureTask<T> task =
                new FutureTask<>(() -> {
                    int home = Syscalls.open(NetworkNamespace.SELF, Syscalls.O_RDONLY, 0);
                    try {
                        return work.call();
                    } finally {
                        try {
                            Syscalls.setns(home, "home");
                        } finally {
                            Syscalls.close(home);
                        }
                    }
                });
        Thread.ofPlatform().name("netns").daemon(true).start(task);
        return await(task);
    }

    /** Waits through interrupts: the work is short, and its descriptors must not get lost. */
    static <T> T await(FutureTask<T> task) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw rethrown(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException rethrown(@Nullable Throwable cause) {
        switch (cause) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> throw new IllegalStateException(cause);
        }
    }
}
