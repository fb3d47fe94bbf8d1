package io.biplane.network.fabric;

import io.biplane.linux.OwnerOnly;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * The host's sysctls as they were, and the clusters that need them otherwise; held under a file
 * lock while open, so that two clusters that come and go at once see each other.
 */
final class SysctlLedger implements AutoCloseable {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Path file;
    private final FileChannel lock;
    private final SequencedMap<String, String> original = new LinkedHashMap<>();
    private final SequencedMap<String, Long> users = new LinkedHashMap<>();

    private SysctlLedger(Path file, FileChannel lock) {
        this.file = file;
        this.lock = lock;
    }

    /** Waits for whoever holds it. */
    static SysctlLedger lock(Path file) {
        try {
            Path directory = file.toAbsolutePath().resolveSibling("");
            OwnerOnly.createDirectories(directory);
            int _ = OwnerOnly.tighten(directory); // an earlier version left it open
            FileChannel lock =
                    OwnerOnly.open(
                            file.resolveSibling("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            lock.lock();
            SysctlLedger ledger = new SysctlLedger(file, lock);
            if (Files.exists(file)) {
                ledger.read(MAPPER.readTree(Files.readString(file)));
            }
            return ledger;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(JsonNode json) {
        json.path("original").forEachEntry((key, value) -> original.put(key, value.asString()));
        json.path("users").forEachEntry((cluster, fabric) -> users.put(cluster, fabric.asLong()));
    }

    /** Values before the first change, in the order in which they are to be put back. */
    SequencedMap<String, String> original() {
        return original;
    }

    /** The clusters for which they were changed, each with its fabric's inode. */
    SequencedMap<String, Long> users() {
        return users;
    }

    /** Writes it, or removes the file if there is nothing to remember. */
    void save() {
        try {
            if (users.isEmpty() && original.isEmpty()) {
                Files.deleteIfExists(file);
                return;
            }
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            ObjectNode values = json.putObject("original");
            original.forEach(values::put);
            users.forEach(json.putObject("users")::put);
            OwnerOnly.write(file, json.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
