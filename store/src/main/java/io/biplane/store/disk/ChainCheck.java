package io.biplane.store.disk;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Follows records in order and proves that each is intact and none is missing. Parts of the log may
 * be followed by different threads and joined.
 */
public final class ChainCheck {
    private final Path database;
    private final Anchor anchor;
    private final Head.Position head;

    /** Of the compacted part, in which records are missing by right. */
    private long count;

    private long sum;

    /** Of the chain behind it. */
    private @Nullable StoreRecord first;

    private @Nullable StoreRecord last;
    private long lastRevision;
    private boolean headSeen;

    /**
     * @param database named in errors
     */
    public ChainCheck(Path database, Anchor anchor, Head.Position head) {
        this.database = database;
        this.anchor = anchor;
        this.head = head;
    }

    /**
     * Takes the next record.
     *
     * @throws StoreFileException.Damaged if it is not what was written, or not the next
     */
    public void accept(StoreRecord record) {
        accept(record, record.computedCrc());
    }

    /** As {@link #accept(StoreRecord)}, of a record whose value need not be there. */
    void accept(StoreRecord record, int computedCrc) {
        if (record.crc() != computedCrc) {
            throw damaged(record.describe() + " does not match its checksum");
        }
        if (record.seq() <= anchor.seq()) {
            count++;
            sum += StoreRecord.summand(record.seq(), record.crc());
        } else {
            follow(record);
        }
        lastRevision = Math.max(lastRevision, record.revision());
    }

    private void follow(StoreRecord record) {
        if (last == null) {
            first = record;
        } else {
            checkFollows(record, last.seq(), last.crc());
        }
        last = record;
        if (record.seq() == head.seq()) {
            headSeen = true;
            if (record.crc() != head.crc()) {
                throw damaged(record.describe() + " is not the one that was acknowledged (HEAD)");
            }
        }
    }

    private void checkFollows(StoreRecord record, long previousSeq, int previousCrc) {
        if (record.seq() != previousSeq + 1) {
            throw damaged(
                    "records %d to %d are missing, between others"
                            .formatted(previousSeq + 1, record.seq() - 1));
        }
        if (record.previousCrc() != previousCrc) {
            throw damaged(record.describe() + " does not follow the record before it");
        }
    }

    /** Joins what was found in the next part of the log. */
    public void append(ChainCheck next) {
        count += next.count;
        sum += next.sum;
        headSeen |= next.headSeen;
        lastRevision = Math.max(lastRevision, next.lastRevision);
        if (next.first != null) {
            if (last == null) {
                first = next.first;
            } else {
                checkFollows(next.first, last.seq(), last.crc());
            }
            last = next.last;
        }
    }

    /** Where the log ends. @throws StoreFileException.Damaged if something is missing */
    public Head.Position end() {
        if (count != anchor.count() || sum != anchor.sum()) {
            throw damaged(
                    "of the records up to %d there are %d, and %d were left by compaction (or they are others)"
                            .formatted(anchor.seq(), count, anchor.count()));
        }
        if (first != null) {
            checkFollows(first, anchor.seq(), anchor.crc());
        }
        Optional<StoreRecord> tail = Optional.ofNullable(last);
        long seq = tail.map(StoreRecord::seq).orElse(anchor.seq());
        if (head.seq() > seq) {
            throw damaged(
                    "its tail has vanished: record %d (revision %d) was acknowledged, and the last one there is %d (revision %d)"
                            .formatted(
                                    head.seq(),
                                    head.revision(),
                                    seq,
                                    Math.max(lastRevision, anchor.compacted())));
        }
        if (head.seq() > anchor.seq() && !headSeen) {
            throw damaged("record %d, which was acknowledged, is missing".formatted(head.seq()));
        }
        long revision = Math.max(1, Math.max(lastRevision, anchor.compacted()));
        return new Head.Position(seq, revision, tail.map(StoreRecord::crc).orElse(anchor.crc()));
    }

    private StoreFileException.Damaged damaged(String damage) {
        return new StoreFileException.Damaged(database, damage, null);
    }
}
