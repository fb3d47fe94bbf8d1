package io.biplane.cli.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.cli.crash.Api.Answer;
import io.biplane.cli.it.Programs;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * A disk that fails under a running API server, and gets well again: writes are refused with what
 * is wrong and what to do, reads go on, nothing acknowledged is lost, and writing goes on without a
 * restart. Errors of the kernel are made by strace, which answers for it; a full disk is a small
 * file system. Needs root.
 */
class DiskFaultIT {
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    @TempDir Path directory;

    private final Map<String, ObjectNode> acknowledged = new TreeMap<>();
    private int names;

    /**
     * @param calls what fails, of the files that hold the records
     * @param openHead whether opening a file for writing fails too
     */
    private record Fault(String calls, String error, boolean openHead, String text) {}

    private static final List<Fault> FAULTS =
            List.of(
                    new Fault(
                            "pwrite64",
                            "EIO",
                            false,
                            "failed, though a restart may find it made: the disk fails \\(.*\\); look at the kernel's log for this device, and restore a backup if it lost data"),
                    new Fault(
                            "fdatasync,fsync",
                            "EIO",
                            false,
                            "failed, though a restart may find it made: the disk fails \\(.*\\); look at the kernel's log for this device, and restore a backup if it lost data"),
                    new Fault(
                            "pwrite64,fdatasync,fsync,ftruncate,openat",
                            "EROFS",
                            true,
                            "refused: it is not writable; make it writable for this user \\(file system and permissions\\), or name another directory"),
                    new Fault(
                            "pwrite64",
                            "ENOSPC",
                            false,
                            "refused: the disk is full \\(\\d+ KiB free\\); free some space on that file system"));

    @Test
    void aFailingDiskRefusesWritesAndNothingElse() throws IOException {
        require("strace");
        Path data = directory.resolve("data");
        int port = ServerProcess.freePort();
        try (ServerProcess server = ServerProcess.start(data, port);
                Api api = new Api(data)) {
            for (Fault fault : FAULTS) {
                write(api, 5);
                Process strace = inject(fault, server.pid(), data.resolve("store"));
                try {
                    refused(api, fault.text());
                } finally {
                    strace.destroy(); // SIGTERM: it lets go of the server
                    strace.onExit().join();
                }
                await(() -> create(api).ok());
                write(api, 5);
            }
            server.kill();
        }
        checkAfterRestart(data, port);
    }

    /** The log may be whole though its fsync failed. */
    @Test
    void aWriteThatFailedIsWhollyThereAfterARestartOrNot() throws IOException {
        require("strace");
        Path data = directory.resolve("data");
        int port = ServerProcess.freePort();
        ObjectNode service = Kind.SERVICE.body(Json.object(), "ghost", "g", new Random(1));
        try (ServerProcess server = ServerProcess.start(data, port);
                Api api = new Api(data)) {
            Process strace = inject(FAULTS.get(1), server.pid(), data.resolve("store"));
            refused(api, FAULTS.get(1).text());
            assertThat(api.send("POST", Kind.SERVICE.collection, service).code()).isEqualTo(503);
            server.kill();
            strace.onExit().join();
        }
        Owners.checkClaims(data.resolve("store"), data.resolve("copy"));
        try (ServerProcess _ = ServerProcess.start(data, port);
                Api api = new Api(data)) {
            Answer answer = api.send("GET", Kind.SERVICE.path("ghost"), null);
            assertThat(answer.code() == 404 || Kind.covers(answer.succeeded(), service)).isTrue();
            checkContent(api);
        }
    }

    @Test
    void aFullDiskRefusesWritesAndNothingElse() throws IOException {
        require("mount");
        Path small = Files.createDirectory(directory.resolve("small"));
        Programs.run("mount", "-t", "tmpfs", "-o", "size=8m", "biplane-test", small.toString())
                .succeeded();
        try {
            Path data = small.resolve("data");
            int port = ServerProcess.freePort();
            try (ServerProcess server = ServerProcess.start(data, port);
                    Api api = new Api(data)) {
                write(api, 5);
                Path ballast = fill(small);
                refused(
                        api,
                        "refused: the disk is full \\(\\d+ KiB free\\); free some space on that file system");
                Files.delete(ballast);
                await(() -> create(api).ok());
                write(api, 5);
                server.kill();
            }
            checkAfterRestart(data, port);
        } finally {
            Programs.run("umount", small.toString()).succeeded();
        }
    }

    private static void require(String program) {
        boolean there =
                Programs.run("sh", "-c", "[ $(id -u) = 0 ] && command -v " + program).code() == 0;
        if (!there && System.getenv("CI") != null) {
            throw new AssertionError("disk tests need root and " + program);
        }
        if (!there) {
            System.err.println("SKIPPED DiskFaultIT: disk tests need root and " + program);
        }
        Assumptions.assumeTrue(there, "disk tests need root and " + program);
    }

    /** Lets system calls of a process fail that have to do with the store's files. */
    private static Process inject(Fault fault, long pid, Path store) throws IOException {
        List<String> words =
                new ArrayList<>(List.of("strace", "-f", "-qq", "-o", "/dev/null", "-p", "" + pid));
        words.addAll(List.of("-P", store + "/store.db", "-P", store + "/store.db-wal"));
        if (fault.openHead()) {
            words.addAll(List.of("-P", store + "/HEAD"));
        }
        words.addAll(
                List.of(
                        "-e",
                        "trace=" + fault.calls(),
                        "-e",
                        "inject=%s:error=%s".formatted(fault.calls(), fault.error())));
        return new ProcessBuilder(words).redirectErrorStream(true).start();
    }

    private static Path fill(Path small) throws IOException {
        Path ballast = small.resolve("ballast");
        try (var out = Files.newOutputStream(ballast)) {
            byte[] block = new byte[4096];
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
        return ballast;
    }

    private void write(Api api, int number) {
        for (int i = 0; i < number; i++) {
            create(api).succeeded();
        }
    }

    private Answer create(Api api) {
        String name = "m" + names++;
        ObjectNode object = Json.object();
        object.putObject("metadata").put("name", name);
        object.putObject("data").put("padding", "x".repeat(4_000));
        Answer answer = api.send("POST", Kind.CONFIG_MAP.collection, object);
        if (answer.ok()) {
            acknowledged.put(name, answer.json());
        }
        return answer;
    }

    /** Writes until it is refused, then some more; and reads. */
    private void refused(Api api, String text) {
        List<Answer> last = new ArrayList<>();
        await(() -> {
            Answer answer = create(api);
            last.add(answer);
            return !answer.ok();
        });
        for (int i = 0; i < 3; i++) {
            last.add(create(api));
        }
        assertThat(last.subList(last.size() - 4, last.size()))
                .allSatisfy(answer -> {
                    assertThat(answer.code()).isEqualTo(503);
                    assertThat(Fields.string(answer.json(), "reason"))
                            .isEqualTo("ServiceUnavailable");
                    assertThat(answer.message())
                            .matches("write to store .*/store/store.db " + text);
                });
        checkContent(api);
    }

    private void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
        }
    }

    private void checkContent(Api api) {
        Map<String, Long> there = new TreeMap<>();
        api.list(Kind.CONFIG_MAP.collection).items().stream()
                .filter(map -> Api.name(map).startsWith("m"))
                .forEach(map -> there.put(Api.name(map), Api.revision(map)));
        Map<String, Long> expected = new TreeMap<>();
        acknowledged.forEach((name, map) -> expected.put(name, Api.revision(map)));
        assertThat(there).isEqualTo(expected);
    }

    private void checkAfterRestart(Path data, int port) {
        try (ServerProcess _ = ServerProcess.start(data, port);
                Api api = new Api(data)) {
            checkContent(api);
        }
    }
}
