package io.biplane.cli.cluster;

import io.biplane.cli.command.CommandFailure;
import io.biplane.linux.Pidfd;
import io.biplane.linux.ProcessId;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One of the processes that a cluster consists of: started detached, found again by the pid file
 * that it writes itself. A pid file names the pid and the instant at which that process started, so
 * that a pid that was given to another program in the meantime is never mistaken for ours.
 */
public enum Component {
    CONTROL_PLANE("control-plane", "-XX:ReservedCodeCacheSize=48m"),
    STAND_INS("stand-ins", "-XX:ReservedCodeCacheSize=48m"),
    AGENTS("agents", "-XX:ReservedCodeCacheSize=32m");

    private static final long MAX_OUTPUT_BYTES = 1 << 20;
    private static final int LAST_LINES = 12;

    /** What the JVM prints before it ends; hotspot/share/utilities/debug.cpp. */
    private static final String OUT_OF_MEMORY = "Terminating due to java.lang.OutOfMemoryError: ";

    private static final Duration STOP_DEADLINE = Duration.ofSeconds(5);

    private final String id;
    private final String jvmOptions;

    Component(String id, String jvmOptions) {
        this.id = id;
        this.jvmOptions = jvmOptions;
    }

    /** The component of that {@link #id}. */
    static Optional<Component> byId(String id) {
        return Arrays.stream(values()).filter(component -> component.id.equals(id)).findFirst();
    }

    /** The hidden subcommand that runs it, and the stem of its files' names. */
    String id() {
        return id;
    }

    Path pidFile(DataDirectory data) {
        return data.run().resolve(id + ".pid");
    }

    /** Where it says whether it does its work. */
    Path readySocket(DataDirectory data) {
        return data.run().resolve(id + ".ready");
    }

    /** Where it logs. */
    Path log(DataDirectory data) {
        return data.logs().resolve(id + ".log");
    }

    /** Its standard output and error: what the JVM says, and how a start failed. */
    private Path output(DataDirectory data) {
        return data.logs().resolve(id + ".out");
    }

    /** The process, if it runs; one that has ended and was not reaped by its parent does not. */
    Optional<ProcessId> find(DataDirectory data) {
        try {
            return Optional.of(ProcessId.parse(Files.readString(pidFile(data))))
                    .filter(ProcessId::isAlive);
        } catch (NoSuchFileException | IllegalArgumentException e) {
            return Optional.empty(); // not there, or cut short by a full disk: nothing was started
        } catch (IOException e) {
            throw new CommandFailure(
                    "reading the pid file %s failed: %s (remove it once no such process runs)"
                            .formatted(pidFile(data), e.getMessage()),
                    e);
        }
    }

    /** The processes of the cluster that run. */
    static List<ProcessId> running(DataDirectory data) {
        return Arrays.stream(values()).flatMap(component -> component.find(data).stream()).toList();
    }

    /** How it is started; in the fabric. */
    ProcessBuilder builder(DataDirectory data, int heapMib, List<String> arguments)
            throws IOException {
        Path output = output(data);
        if (Files.exists(output) && Files.size(output) > MAX_OUTPUT_BYTES) {
            Files.delete(output);
        }
        List<String> command = new ArrayList<>(Distribution.java());
        command.add("-Xmx%dm".formatted(heapMib));
        command.addAll(List.of(jvmOptions.split(" ", -1)));
        // It would go on with threads missing; another process starts it again.
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.add("-XX:ErrorFile=" + data.logs().resolve(id + ".crash"));
        command.addAll(Distribution.mainClass());
        command.add(id);
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .directory(data.root().toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .redirectErrorStream(true);
    }

    /** Ends the process, with SIGKILL where SIGTERM is not enough. */
    void stop(DataDirectory data) {
        find(data).ifPresent(Component::end);
        try {
            Files.deleteIfExists(pidFile(data));
        } catch (IOException e) {
            throw new CommandFailure(
                    "removing the pid file %s failed: %s (remove it by hand)"
                            .formatted(pidFile(data), e.getMessage()),
                    e);
        }
    }

    private static void end(ProcessId id) {
        Optional<Pidfd> opened = Pidfd.open(id);
        if (opened.isEmpty()) {
            return;
        }
        try (Pidfd process = opened.get()) {
            process.signal(Pidfd.SIGTERM);
            if (!process.awaitEnd(STOP_DEADLINE)) {
                process.signal(Pidfd.SIGKILL);
                if (!process.awaitEnd(STOP_DEADLINE)) {
                    throw new CommandFailure(
                            "process %d does not end, even by SIGKILL: the kernel holds it (cat /proc/%d/stack tells where; biplane down again once it has ended)"
                                    .formatted(id.pid(), id.pid()));
                }
            }
        }
    }

    /**
     * What is said of a process that has ended.
     *
     * @param awaited what it was needed for
     */
    String endedEarly(DataDirectory data, String awaited) {
        return "the %s ended while waiting for %s; its log %s ends with:%n%s"
                .formatted(id, awaited, log(data), lastWords(data));
    }

    /**
     * How the last process of this kind ended, if it was for lack of memory, as the JVM said it;
     * asked once.
     */
    Optional<String> takeOutOfMemory(DataDirectory data) throws IOException {
        Path output = output(data);
        if (!Files.exists(output)) {
            return Optional.empty();
        }
        Optional<String> said =
                Files.readAllLines(output).stream()
                        .filter(line -> line.startsWith(OUT_OF_MEMORY))
                        .reduce((_, last) -> last);
        if (said.isPresent()) {
            Files.write(output, new byte[0]);
        }
        return said.map(line -> line.substring(OUT_OF_MEMORY.length()));
    }

    /** The last lines of its output and its log, for a message about a process that ended early. */
    private String lastWords(DataDirectory data) {
        List<String> words = new ArrayList<>();
        for (Path file : List.of(log(data), output(data))) {
            try {
                List<String> lines = Files.readAllLines(file);
                words.addAll(lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
            } catch (IOException e) {
                words.add("(not read: %s)".formatted(e));
            }
        }
        return String.join("\n", words);
    }
}
