package io.biplane.store.embedded;

import io.biplane.store.disk.RecordWriter;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;

/**
 * What the committing thread does between groups: ends leases, bounds history and the write-ahead
 * log, deletes garbage.
 */
final class Housekeeping {
    private static final int RECORDS_PER_COMPACTION = 1024;
    private static final int RECORDS_PER_COLLECTION = 256;
    private static final Duration LEASE_CHECK = Duration.ofMillis(20);
    private static final Duration IDLE = Duration.ofSeconds(1);
    private static final Duration AFTER_REFUSAL = Duration.ofMillis(200);

    /** When a revision was the latest. */
    private record Mark(long nanos, long revision) {}

    private final Index index;
    private final LeaseTable leases;
    private final Compactor compactor;
    private final RecordWriter writer;
    private final EmbeddedOptions options;
    private final ArrayDeque<Mark> marks = new ArrayDeque<>();
    private long collectedAtSeq;
    private boolean collecting;
    private long tooOld;
    private boolean compacting;
    private long nextLeaseCheck = System.nanoTime();
    private long retryAfter = System.nanoTime();

    Housekeeping(
            Index index,
            LeaseTable leases,
            Compactor compactor,
            RecordWriter writer,
            EmbeddedOptions options) {
        this.index = index;
        this.leases = leases;
        this.compactor = compactor;
        this.writer = writer;
        this.options = options;
    }

    /** How long the thread may wait for work before it comes here again. */
    Duration pause() {
        if (retryAfter - System.nanoTime() > 0) {
            return AFTER_REFUSAL;
        }
        if (collecting || compacting) {
            return Duration.ZERO;
        }
        return leases.isEmpty() && !compactor.hasGarbage() ? IDLE : LEASE_CHECK;
    }

    /** The disk refused what {@link #run} tried. */
    void refused() {
        collecting = false;
        compacting = false;
        retryAfter = System.nanoTime() + AFTER_REFUSAL.toNanos();
    }

    /**
     * Does a portion of what there is to do.
     *
     * @param idle whether no writer waits
     * @return commits that ended leases made
     * @throws io.biplane.store.WriteRefusedException if the disk does not allow it
     */
    List<Commit> run(Ledger ledger, boolean idle) {
        long nanos = System.nanoTime();
        if (retryAfter - nanos > 0) {
            return List.of();
        }
        writer.boundLog();
        boundHistory(ledger, nanos);
        long seq = ledger.end().seq();
        if (compactor.hasGarbage() && (idle || seq - collectedAtSeq >= RECORDS_PER_COLLECTION)) {
            collecting = compactor.collect(ledger.end()) > 0 && idle;
            collectedAtSeq = seq;
        } else {
            collecting = false;
        }
        return endLeases(ledger, nanos);
    }

    private void boundHistory(Ledger ledger, long nanos) {
        if (marks.isEmpty()
                || nanos - marks.getLast().nanos() > options.historyAge().toNanos() / 10) {
            marks.add(new Mark(nanos, index.visible()));
        }
        while (!marks.isEmpty()
                && nanos - marks.getFirst().nanos() > options.historyAge().toNanos()) {
            tooOld = marks.removeFirst().revision();
        }
        compacting = false;
        if (compactor.historyRecords() > options.historyRecords()
                || compactor.historyBytes() > options.historyBytes()
                || tooOld > index.compacted()) {
            long upTo = portion();
            if (upTo > index.compacted()) {
                compactor.compact(upTo, ledger.end());
                compacting = tooOld > upTo;
            }
        }
    }

    /**
     * Up to which revision history is to go now: a bit more than it must, so that each compaction
     * is worth its fsync, and not so much that writers notice.
     */
    private long portion() {
        long records = compactor.historyRecords() - options.historyRecords() * 31L / 32;
        long bytes = compactor.historyBytes() - options.historyBytes() / 32 * 31;
        long upTo = 0;
        int taken = 0;
        for (Commit commit : index.history(0, index.visible()).values()) {
            boolean enough = records <= 0 && bytes <= 0 && commit.revision() > tooOld;
            if (enough || taken >= RECORDS_PER_COMPACTION) {
                break;
            }
            taken += commit.events().size();
            records -= commit.events().size();
            bytes -= commit.valueBytes();
            upTo = commit.revision();
        }
        return upTo;
    }

    private List<Commit> endLeases(Ledger ledger, long nanos) {
        if (leases.isEmpty() || nextLeaseCheck - nanos > 0) {
            return List.of();
        }
        nextLeaseCheck = nanos + LEASE_CHECK.toNanos();
        List<LeaseTable.Entry> due = leases.due();
        due.forEach(entry -> ledger.end(entry.lease.id()));
        return due.isEmpty() ? List.of() : ledger.publish();
    }
}
