package io.biplane.store.disk;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * One row of the store's only log.
 *
 * @param seq 1, 2, 3 … in the order of writing
 * @param revision of the change; lease records bear the revision before them
 * @param key empty for a lease record: the grant, or, without a value, the end, of {@code lease}
 * @param value null for a deletion
 * @param createRevision of the key, 0 for deletions and lease records
 * @param lease with which the key goes, 0 for none
 * @param previousCrc the crc of the record before it
 * @param crc CRC32C of the previous record's crc and all of this record
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record StoreRecord(
        long seq,
        long revision,
        String key,
        byte @Nullable [] value,
        long createRevision,
        long lease,
        int previousCrc,
        int crc) {
    private static final int NUMBERS_BYTES = 4 + 5 * 8;

    /** A record that follows one with {@code previousCrc}. */
    public static StoreRecord following(
            int previousCrc,
            long seq,
            long revision,
            String key,
            byte @Nullable [] value,
            long createRevision,
            long lease) {
        int crc = crc(previousCrc, seq, revision, key, value, createRevision, lease);
        return new StoreRecord(seq, revision, key, value, createRevision, lease, previousCrc, crc);
    }

    /** A record as read back, from the two checksums in one number; see {@link #check()}. */
    static StoreRecord read(
            long seq,
            long revision,
            String key,
            byte @Nullable [] value,
            long createRevision,
            long lease,
            long check) {
        return new StoreRecord(
                seq,
                revision,
                key,
                value,
                createRevision,
                lease,
                (int) (check >>> 32),
                (int) check);
    }

    /** Both checksums as they are stored. */
    long check() {
        return ((long) previousCrc << 32) | (crc & 0xFFFF_FFFFL);
    }

    /** Whether the record is what was written. */
    boolean intact() {
        return crc == computedCrc();
    }

    /** What its checksum must be. */
    int computedCrc() {
        return crc(previousCrc, seq, revision, key, value, createRevision, lease);
    }

    public boolean isLease() {
        return key.isEmpty();
    }

    /** What this record adds to the sum over all records of the compacted part. */
    public static long summand(long seq, int crc) {
        long x = seq * 0x9E37_79B9_7F4A_7C15L ^ (crc & 0xFFFF_FFFFL);
        x = (x ^ (x >>> 30)) * 0xBF58_476D_1CE4_E5B9L; // the finalizer of SplitMix64
        x = (x ^ (x >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return x ^ (x >>> 31);
    }

    /** The checksum of a record with these fields. */
    public static int crc(
            int previousCrc,
            long seq,
            long revision,
            String key,
            byte @Nullable [] value,
            long createRevision,
            long lease) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        var crc = new CRC32C();
        ByteBuffer numbers = ByteBuffer.allocate(NUMBERS_BYTES + 4);
        numbers.putInt(previousCrc)
                .putLong(seq)
                .putLong(revision)
                .putLong(createRevision)
                .putLong(lease)
                .putLong(value == null ? -1 : value.length)
                .putInt(name.length)
                .flip();
        crc.update(numbers);
        crc.update(name);
        if (value != null) {
            crc.update(value);
        }
        return (int) crc.getValue();
    }

    /** Names the record in an error. */
    String describe() {
        return isLease()
                ? "record %d (lease %d)".formatted(seq, lease)
                : "record %d (revision %d, key %s)".formatted(seq, revision, key);
    }
}
