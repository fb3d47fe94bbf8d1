package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.cli.it.Programs.Result;

import java.io.IOException;

/** A mount namespace of the test's own, held by a process that does nothing. */
final class MountNamespace implements AutoCloseable {
    private final Process holder;

    private MountNamespace(Process holder) {
        this.holder = holder;
    }

    /** A copy of this process's mounts, from which nothing propagates in either direction. */
    static MountNamespace copy() throws IOException {
        return hold("");
    }

    /**
     * As a container or a machine that has just booted: a plain {@code /run} of its own, with an
     * empty {@code /run/netns} in it.
     */
    static MountNamespace withFreshRun() throws IOException {
        return hold(
                """
                while umount -l /run/netns 2>/dev/null; do :; done
                umount -l /run 2>/dev/null
                mount -t tmpfs none /run && mkdir /run/netns &&
                """);
    }

    private static MountNamespace hold(String setUp) throws IOException {
        String script = setUp + "echo ready && exec sleep 600";
        Process holder =
                new ProcessBuilder(
                                "unshare",
                                "--mount",
                                "--propagation",
                                "private",
                                "sh",
                                "-c",
                                script)
                        .start();
        assertThat(holder.inputReader().readLine()).isEqualTo("ready");
        return new MountNamespace(holder);
    }

    /** The option by which nsenter enters it. */
    String option() {
        return "--mount=/proc/%d/ns/mnt".formatted(holder.pid());
    }

    /** Runs a shell script in it. */
    Result run(String script) {
        return Programs.run("nsenter", option(), "sh", "-c", script);
    }

    @Override
    public void close() {
        holder.destroyForcibly().onExit().join();
    }
}
