package io.biplane.store.disk;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Where the chain of records begins, after compaction has taken records out of the part before it.
 *
 * @param compacted the revision up to which the store was compacted
 * @param seq the last record of the compacted part
 * @param crc that record's checksum, which the first record of the chain follows
 * @param count how many records are left in the compacted part
 * @param sum of their {@link StoreRecord#summand}s
 */
public record Anchor(long compacted, long seq, int crc, long count, long sum) {
    int check() {
        var check = new CRC32C();
        check.update(
                ByteBuffer.allocate(36)
                        .putLong(compacted)
                        .putLong(seq)
                        .putInt(crc)
                        .putLong(count)
                        .putLong(sum)
                        .flip());
        return (int) check.getValue();
    }

    /** After one more record of the compacted part was deleted. */
    public Anchor without(long recordSeq, int recordCrc) {
        return new Anchor(
                compacted, seq, crc, count - 1, sum - StoreRecord.summand(recordSeq, recordCrc));
    }

    /** After the chain's first record became part of the compacted part. */
    public Anchor with(long recordSeq, int recordCrc) {
        if (recordSeq != seq + 1) {
            throw new IllegalArgumentException(
                    "record %d does not follow %d".formatted(recordSeq, seq));
        }
        return new Anchor(
                compacted,
                recordSeq,
                recordCrc,
                count + 1,
                sum + StoreRecord.summand(recordSeq, recordCrc));
    }

    /** After all records of revisions up to this one were taken in. */
    public Anchor compactedTo(long revision) {
        return new Anchor(revision, seq, crc, count, sum);
    }
}
