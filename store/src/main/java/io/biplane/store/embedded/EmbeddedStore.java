package io.biplane.store.embedded;

import io.biplane.store.CompactedException;
import io.biplane.store.FutureRevisionException;
import io.biplane.store.KeyValue;
import io.biplane.store.Lease;
import io.biplane.store.Range;
import io.biplane.store.Store;
import io.biplane.store.StoreClosedException;
import io.biplane.store.Txn;
import io.biplane.store.TxnResult;
import io.biplane.store.Watch;
import io.biplane.store.WatchListener;
import io.biplane.store.disk.LogLoad;
import io.biplane.store.disk.RecordReader;
import io.biplane.store.disk.RecordWriter;
import io.biplane.store.disk.StoreFileException;
import io.biplane.store.disk.StoreFiles;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A store in a directory. One process has it open at a time; what it has acknowledged is on the
 * disk.
 */
public final class EmbeddedStore implements Store {
    private static final System.Logger LOG = System.getLogger(EmbeddedStore.class.getName());

    private final StoreFiles files;
    private final RecordWriter writer;
    private final RecordReader reader;
    private final Index index;
    private final ValueCache cache;
    private final LeaseTable leases;
    private final WatchHub watches;
    private final Compactor compactor;
    private final GroupCommit writes;
    private volatile boolean closed;

    /**
     * Opens the store in a directory, or makes one if the directory is empty or absent.
     *
     * @throws StoreFileException each subclass for what its name says: not a store, locked, of a
     *     newer format, damaged, disk full or not writable
     */
    public static EmbeddedStore open(Path directory) {
        return open(directory, EmbeddedOptions.DEFAULTS);
    }

    /** As {@link #open(Path)}, with sizes of one's own. */
    public static EmbeddedStore open(Path directory, EmbeddedOptions options) {
        long start = System.nanoTime();
        StoreFiles files = StoreFiles.open(directory);
        try {
            var store = new EmbeddedStore(files, options);
            LOG.log(
                    System.Logger.Level.INFO,
                    () ->
                            "opened store path=%s revision=%d took=%dms"
                                    .formatted(
                                            directory,
                                            store.revision(),
                                            (System.nanoTime() - start) / 1_000_000));
            return store;
        } catch (RuntimeException | Error e) {
            files.close();
            throw e;
        }
    }

    private EmbeddedStore(StoreFiles files, EmbeddedOptions options) {
        this.files = files;
        reader = files.newReader();
        LogLoad.Loaded<Replay.Part> loaded;
        Replay replay;
        try {
            boolean keepValues = bytes(files.database()) <= options.cacheBytes();
            loaded = LogLoad.load(files, reader, () -> new Replay.Part(keepValues));
            replay = new Replay(loaded);
            writer = files.newWriter();
        } catch (RuntimeException | Error e) {
            reader.close();
            throw e;
        }
        index = replay.index;
        leases = replay.leases;
        cache = new ValueCache(options.cacheBytes(), reader);
        index.range("", Store.prefixEnd("")).values().stream()
                .filter(version -> version.value != null)
                .forEach(cache::add);
        watches = new WatchHub(index, cache, options);
        compactor =
                new Compactor(
                        index,
                        watches,
                        cache,
                        writer,
                        options,
                        loaded.anchor(),
                        replay.chain,
                        replay.garbage);
        replay.history.forEach(compactor::committed);
        replay.endedLeases.forEach(pair ->
                compactor.leaseEnded(pair[0].seq(), pair[0].crc(), pair[1].seq(), pair[1].crc()));
        var ledger = new Ledger(index, leases, cache, writer, compactor, loaded.end());
        var housekeeping = new Housekeeping(index, leases, compactor, writer, options);
        writes = new GroupCommit(ledger, watches, housekeeping, options);
        watches.start();
        writes.start();
    }

    private static long bytes(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return Long.MAX_VALUE; // then values are read when they are wanted
        }
    }

    @Override
    public long revision() {
        checkOpen();
        return index.visible();
    }

    @Override
    public long compactedRevision() {
        checkOpen();
        return index.compacted();
    }

    @Override
    public Optional<KeyValue> get(String key) {
        checkOpen();
        Store.checkKey(key);
        while (true) {
            long at = index.visible();
            Version version = index.at(key, at);
            Optional<KeyValue> found = version == null ? Optional.empty() : cache.load(version);
            if (index.compacted() <= at && (version == null || found.isPresent())) {
                return found;
            }
            checkGone(version, at); // compaction overtook us: look again
        }
    }

    @Override
    public Range range(String from, String toExclusive, long revision, int limit) {
        while (true) {
            checkOpen();
            long at = revision == 0 ? index.visible() : revision;
            if (at > index.visible()) {
                throw new FutureRevisionException(at, index.visible());
            }
            Optional<Range> found =
                    from.compareTo(toExclusive) < 0
                            ? collect(from, toExclusive, at, limit)
                            : Optional.of(new Range(List.of(), false, 0, at));
            if (index.compacted() <= at && found.isPresent()) {
                return found.get();
            }
            if (revision != 0 && index.compacted() > at) {
                throw new CompactedException(revision, index.compacted());
            }
        }
    }

    /** Empty if compaction overtook us. */
    private Optional<Range> collect(String from, String toExclusive, long at, int limit) {
        List<KeyValue> entries = new ArrayList<>();
        long remaining = 0;
        for (Version newest : index.range(from, toExclusive).values()) {
            Version version = Version.at(newest, at);
            if (version == null) {
                continue;
            }
            if (limit > 0 && entries.size() == limit) {
                remaining++;
                continue;
            }
            Optional<KeyValue> found = cache.load(version);
            if (found.isEmpty()) {
                checkGone(version, at);
                return Optional.empty();
            }
            entries.add(found.get());
        }
        return Optional.of(new Range(entries, remaining > 0, remaining, at));
    }

    /** A record may be missing only because compaction took it. */
    private void checkGone(@Nullable Version version, long at) {
        checkOpen();
        if (version != null && index.compacted() <= at) {
            throw files.missing(version.seq, version.revision, version.key);
        }
    }

    @Override
    public TxnResult commit(Txn txn) {
        return writes.submit(ledger -> ledger.commit(txn));
    }

    @Override
    public Watch watch(
            String from, String toExclusive, long afterRevision, WatchListener listener) {
        checkOpen();
        return watches.watch(from, toExclusive, afterRevision, listener);
    }

    @Override
    public void compact(long revision) {
        writes.submitAlone(ledger -> {
            compactor.compact(revision, ledger.end());
            return revision;
        });
    }

    @Override
    public Lease grantLease(Duration ttl) {
        return writes.submit(ledger -> ledger.grant(ttl));
    }

    @Override
    public void keepLeaseAlive(long leaseId) {
        checkOpen();
        leases.keepAlive(leaseId);
    }

    @Override
    public void revokeLease(long leaseId) {
        writes.submit(ledger -> {
            ledger.end(leaseId);
            return leaseId;
        });
    }

    @Override
    public List<Lease> leases() {
        checkOpen();
        return leases.all();
    }

    /**
     * Drops all history of a store that no process has open, and rewrites its file without gaps.
     *
     * @return the revision, and the file's bytes before and after
     */
    public static long[] shrink(Path directory) {
        Path database = directory.resolve(StoreFiles.DATABASE);
        if (!Files.exists(database)) {
            throw StoreFiles.notAStore(directory);
        }
        long before = bytes(database);
        long revision;
        try (EmbeddedStore store = open(directory)) {
            revision = store.revision();
            if (revision > store.compactedRevision()) {
                store.compact(revision);
            }
            store.writes.submitAlone(ledger -> {
                while (store.compactor.collect(ledger.end()) > 0) {
                    // until all garbage is gone
                }
                return revision;
            });
        }
        try (StoreFiles files = StoreFiles.open(directory)) {
            files.vacuum();
        }
        return new long[] {revision, before, bytes(database)};
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        writes.close();
        watches.close();
        reader.close();
        writer.close();
        files.close();
    }

    private void checkOpen() {
        if (closed) {
            throw new StoreClosedException();
        }
    }
}
