package io.biplane.cli.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Json;
import io.biplane.cli.it.Programs;
import io.biplane.cli.it.Programs.Result;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a person reads when the API server is started on a store whose files are not what it left:
 * which file, what is wrong, and what to do; or the server runs, with all that was acknowledged.
 */
class DamagedStoreIT {
    @TempDir Path directory;

    private final Map<String, Long> acknowledged = new TreeMap<>();

    /** Something done to the files of a store. */
    private interface Fault {
        void make(Path store) throws IOException;
    }

    @Test
    void everyFaultIsNamedOrHarmless() throws IOException {
        Path data = directory.resolve("data");
        int port = ServerProcess.freePort();
        byte[] olderHead;
        try (ServerProcess server = ServerProcess.start(data, port);
                Api api = new Api(data)) {
            write(api, 20);
            olderHead = Files.readAllBytes(data.resolve("store/HEAD"));
            write(api, 20);
            server.kill();
        }
        long log = Files.size(data.resolve("store/store.db-wal"));

        refused(
                data,
                "the last frame cut off",
                "store.db is damaged: its tail has vanished: record \\d+ \\(revision \\d+\\) was acknowledged, and the last one there is \\d+",
                store -> cut(store.resolve("store.db-wal"), log - 4120));
        refused(
                data,
                "half of the log cut off",
                "store.db is damaged: its tail has vanished: record \\d+ \\(revision \\d+\\) was acknowledged, and the last one there is \\d+",
                store -> cut(store.resolve("store.db-wal"), log / 2));
        refused(
                data,
                "a byte in the middle of the log changed",
                "store.db-wal is damaged: frame \\d+ of \\d+ \\(at byte \\d+\\) does not match its checksum",
                store -> overwrite(store.resolve("store.db-wal"), log / 2));
        refused(
                data,
                "no log",
                "store.db is damaged: its tail has vanished: record \\d+ \\(revision \\d+\\) was acknowledged",
                store -> Files.delete(store.resolve("store.db-wal")));
        refused(
                data,
                "no HEAD",
                "HEAD is damaged: it does not say what was last acknowledged: missing, or no slot matches its checksum",
                store -> Files.delete(store.resolve("HEAD")));
        refused(
                data,
                "no database",
                " is damaged: store.db is missing, though its other files are there",
                store -> Files.delete(store.resolve("store.db")));
        harmless(data, port, store -> Files.write(store.resolve("HEAD"), olderHead));
        harmless(
                data,
                port,
                store ->
                        Files.write(
                                store.resolve("store.db-wal"),
                                "a torn write".repeat(900).getBytes(StandardCharsets.US_ASCII),
                                StandardOpenOption.APPEND));
    }

    private void write(Api api, int number) {
        for (int i = 0; i < number; i++) {
            ObjectNode object = Json.object();
            object.putObject("metadata").put("name", "m" + acknowledged.size());
            ObjectNode stored = api.send("POST", Kind.CONFIG_MAP.collection, object).succeeded();
            acknowledged.put(Api.name(stored), Api.revision(stored));
        }
    }

    private static void cut(Path file, long length) throws IOException {
        try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.setLength(length);
        }
    }

    private static void overwrite(Path file, long at) throws IOException {
        try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(at);
            int old = raw.read();
            raw.seek(at);
            raw.write(old ^ 1);
        }
    }

    private Path copyWith(Path data, Fault fault) throws IOException {
        Path copy = Files.createTempDirectory(directory, "copy");
        Programs.run("cp", "-a", data + "/.", copy.toString()).succeeded();
        fault.make(copy.resolve("store"));
        return copy;
    }

    private void refused(Path data, String what, String text, Fault fault) throws IOException {
        Path copy = copyWith(data, fault);
        List<String> command = ServerProcess.command(copy, ServerProcess.freePort());
        Result result = Programs.run(command.toArray(String[]::new));
        assertThat(result.code()).as(what).isEqualTo(1);
        assertThat(result.output())
                .as(what)
                .containsPattern("(?m)^biplane: store " + copy + "/store/?" + text)
                .contains(
                        "; restore a backup (biplane store restore), or look at what is left (biplane store dump)")
                .doesNotContain("\tat ");
    }

    private void harmless(Path data, int port, Fault fault) throws IOException {
        Path copy = copyWith(data, fault);
        try (ServerProcess _ = ServerProcess.start(copy, port);
                Api api = new Api(copy)) {
            Map<String, Long> there = new TreeMap<>();
            api.list(Kind.CONFIG_MAP.collection)
                    .items()
                    .forEach(map -> there.put(Api.name(map), Api.revision(map)));
            assertThat(there).containsAllEntriesOf(acknowledged);
        }
    }
}
