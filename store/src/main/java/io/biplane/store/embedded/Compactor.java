package io.biplane.store.embedded;

import io.biplane.store.CompactedException;
import io.biplane.store.FutureRevisionException;
import io.biplane.store.disk.Anchor;
import io.biplane.store.disk.Head;
import io.biplane.store.disk.RecordWriter;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Bounds history. Compaction to a revision moves the anchor of the chain there, in one small
 * transaction; the records that nobody can ask for then are garbage, and are deleted in small
 * portions between groups. The committing thread's.
 */
final class Compactor {
    /** A record to delete, once every watch is past the revision that superseded it. */
    record Garbage(long seq, int crc, long supersededAt, @Nullable Version version) {}

    /** A lease's two records: garbage once compaction has passed the second. */
    private record EndedLease(long grantSeq, int grantCrc, long endSeq, int endCrc) {}

    private static final int PORTION_RECORDS = 1024;

    private final Index index;
    private final WatchHub watches;
    private final ValueCache cache;
    private final RecordWriter writer;
    private final int historyRecords;
    private final ArrayDeque<Garbage> garbage;
    private final ArrayDeque<EndedLease> endedLeases = new ArrayDeque<>();
    private final IntQueue chain; // checksums of the records after the anchor, in order
    private Anchor anchor;
    private long records;
    private long bytes;

    /**
     * @param chain checksums of the records after the anchor
     * @param garbage found at start, superseded first
     */
    Compactor(
            Index index,
            WatchHub watches,
            ValueCache cache,
            RecordWriter writer,
            EmbeddedOptions options,
            Anchor anchor,
            IntQueue chain,
            List<Garbage> garbage) {
        this.index = index;
        this.watches = watches;
        this.cache = cache;
        this.writer = writer;
        this.historyRecords = options.historyRecords();
        this.anchor = anchor;
        this.chain = chain;
        this.garbage = new ArrayDeque<>(garbage);
    }

    void appended(long seq, int crc) {
        if (seq != anchor.seq() + chain.size() + 1) {
            throw new IllegalStateException("record %d does not follow the chain".formatted(seq));
        }
        chain.add(crc);
    }

    void committed(Commit commit) {
        records += commit.events().size();
        bytes += commit.valueBytes();
    }

    void leaseEnded(long grantSeq, int grantCrc, long endSeq, int endCrc) {
        endedLeases.add(new EndedLease(grantSeq, grantCrc, endSeq, endCrc));
    }

    void undoLeaseEnded() {
        endedLeases.removeLast();
    }

    /** Changes kept since the last compaction. */
    long historyRecords() {
        return records;
    }

    /** Bytes of their values. */
    long historyBytes() {
        return bytes;
    }

    /** Whether {@link #collect} may have something to do. */
    boolean hasGarbage() {
        return !garbage.isEmpty();
    }

    /** Compacts, durably, up to a revision; the log ends at {@code end}. */
    void compact(long upTo, Head.Position end) {
        if (upTo <= index.compacted()) {
            throw new CompactedException(upTo, index.compacted());
        }
        if (upTo > index.visible()) {
            throw new FutureRevisionException(upTo, index.visible());
        }
        Commit later = index.firstAfter(upTo);
        long lastSeq = later == null ? end.seq() : later.events().getFirst().now().seq - 1;
        Anchor moved = anchor;
        int taken = (int) (lastSeq - anchor.seq());
        for (int i = 0; i < taken; i++) {
            moved = moved.with(moved.seq() + 1, chain.get(i));
        }
        moved = moved.compactedTo(upTo);
        writer.setAnchor(moved);
        writer.commit(end);
        anchor = moved;
        chain.removeFirst(taken);
        List<Garbage> found = new ArrayList<>();
        for (Commit commit : index.history(0, upTo).values()) {
            records -= commit.events().size();
            bytes -= commit.valueBytes();
            commit.events().forEach(event -> addGarbage(event, found));
        }
        watches.withoutRegistrations(() -> {
            index.setCompacted(upTo);
            index.forget(upTo);
        });
        garbage.addAll(found);
        while (!endedLeases.isEmpty() && endedLeases.getFirst().endSeq() <= anchor.seq()) {
            EndedLease lease = endedLeases.removeFirst();
            garbage.add(new Garbage(lease.grantSeq(), lease.grantCrc(), upTo, null));
            garbage.add(new Garbage(lease.endSeq(), lease.endCrc(), upTo, null));
        }
        writer.followed();
    }

    private static void addGarbage(Commit.Event event, List<Garbage> found) {
        Version before = event.before();
        Version now = event.now();
        if (before != null) {
            found.add(new Garbage(before.seq, before.crc, now.revision, before));
        }
        if (now.deleted) {
            found.add(new Garbage(now.seq, now.crc, now.revision, now));
        }
    }

    /**
     * Deletes, durably, some garbage that no watch needs any more.
     *
     * @param end where the log ends
     * @return how many records
     */
    int collect(Head.Position end) {
        long needed = watches.oldestPending();
        List<Garbage> portion = new ArrayList<>();
        for (Garbage item : garbage) {
            if (portion.size() == PORTION_RECORDS || item.supersededAt() >= needed) {
                break;
            }
            portion.add(item);
        }
        if (portion.isEmpty()) {
            if (garbage.size() > historyRecords) {
                watches.cancelSlowest();
            }
            return 0;
        }
        Anchor without = deleteAll(portion);
        writer.commit(end);
        anchor = without;
        for (Garbage item : portion) {
            garbage.remove();
            if (item.version() != null) {
                cache.drop(item.version());
            }
        }
        writer.followed();
        return portion.size();
    }

    private Anchor deleteAll(List<Garbage> portion) {
        Anchor without = anchor;
        List<Garbage> bySeq =
                portion.stream().sorted(Comparator.comparingLong(Garbage::seq)).toList();
        long from = bySeq.getFirst().seq();
        long to = from - 1;
        for (Garbage item : bySeq) {
            without = without.without(item.seq(), item.crc());
            if (item.seq() != to + 1) {
                writer.delete(from, to);
                from = item.seq();
            }
            to = item.seq();
        }
        writer.delete(from, to);
        writer.setAnchor(without);
        return without;
    }
}
