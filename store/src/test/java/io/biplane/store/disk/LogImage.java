package io.biplane.store.disk;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The bytes of a write-ahead log, as far as SQLite would read them. A log that has started from its
 * beginning again keeps its length: behind what was written since, frames of the earlier round are
 * left, which nobody would miss.
 *
 * @see <a href="https://www.sqlite.org/fileformat2.html#the_write_ahead_log">SQLite file format,
 *     4</a>
 */
final class LogImage {
    static final int HEADER_BYTES = 32;
    static final int FRAME_BYTES = 24 + 4096;
    private static final int SALT_IN_HEADER = 16;
    private static final int SALT_IN_FRAME = 8;
    private static final int COMMIT_IN_FRAME = 4;

    private final byte[] bytes;

    LogImage(byte[] bytes) {
        this.bytes = bytes.clone();
    }

    byte[] bytes() {
        return bytes.clone();
    }

    /** Whole frames. */
    int frames() {
        return Math.max(0, (bytes.length - HEADER_BYTES) / FRAME_BYTES);
    }

    /** Up to and with the last transaction of this round. */
    LogImage withoutEarlierRounds() {
        ByteBuffer log = ByteBuffer.wrap(bytes);
        int end = Math.min(HEADER_BYTES, bytes.length);
        for (int i = 0; i < frames(); i++) {
            int frame = HEADER_BYTES + i * FRAME_BYTES;
            if (log.getLong(frame + SALT_IN_FRAME) != log.getLong(SALT_IN_HEADER)) {
                break;
            }
            if (log.getInt(frame + COMMIT_IN_FRAME) != 0) {
                end = frame + FRAME_BYTES;
            }
        }
        return new LogImage(Arrays.copyOf(bytes, end));
    }

    LogImage withoutLastFrame() {
        return new LogImage(Arrays.copyOf(bytes, bytes.length - FRAME_BYTES));
    }
}
