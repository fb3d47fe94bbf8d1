package io.biplane.store.disk;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Computes checksums of records, without making objects. One thread uses it. */
final class RecordCrc {
    private static final int NUMBERS_BYTES = 4 + 5 * 8 + 4;

    private final CRC32C crc = new CRC32C();
    private final ByteBuffer numbers = ByteBuffer.allocate(NUMBERS_BYTES);

    /**
     * The checksum of a record.
     *
     * @param bytes where its key and its value are
     * @param valueBytes -1 if it has no value
     */
    int of(
            int previousCrc,
            long seq,
            long revision,
            byte[] bytes,
            int key,
            int keyBytes,
            int value,
            int valueBytes,
            long createRevision,
            long lease) {
        numbers.clear()
                .putInt(previousCrc)
                .putLong(seq)
                .putLong(revision)
                .putLong(createRevision)
                .putLong(lease)
                .putLong(valueBytes)
                .putInt(keyBytes);
        crc.reset();
        crc.update(numbers.array(), 0, NUMBERS_BYTES);
        crc.update(bytes, key, keyBytes);
        if (valueBytes > 0) {
            crc.update(bytes, value, valueBytes);
        }
        return (int) crc.getValue();
    }
}
