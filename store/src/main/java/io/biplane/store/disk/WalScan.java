package io.biplane.store.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a write-ahead log before SQLite does. SQLite takes the frames up to the first bad one and
 * drops the rest without a word, be it a torn tail (fine, nobody was told of it) or damage in the
 * middle (acknowledged writes lost).
 *
 * <p>The two are told apart so: transactions are written and fsynced one after another, hence what
 * a crash can tear is only the last one. A bad frame that is followed by a whole later transaction
 * was damaged.
 *
 * @see <a href="https://www.sqlite.org/fileformat2.html#the_write_ahead_log">SQLite file format,
 *     4</a>
 */
final class WalScan {
    private static final int HEADER_BYTES = 32;
    private static final int FRAME_HEADER_BYTES = 24;
    private static final int MAGIC = 0x377f0682; // the last bit: checksums over big-endian words
    private static final int PAGE_BYTES = DatabaseHeader.PAGE_BYTES;
    private static final int FRAME_BYTES = FRAME_HEADER_BYTES + PAGE_BYTES;

    /** Running state of SQLite's checksum. */
    private record Sum(int s1, int s2) {
        static final Sum START = new Sum(0, 0);

        Sum over(ByteBuffer bytes, int from, int length) {
            int a = s1;
            int b = s2;
            for (int i = from; i < from + length; i += 8) {
                a += bytes.getInt(i) + b;
                b += bytes.getInt(i + 4) + a;
            }
            return new Sum(a, b);
        }
    }

    private WalScan() {}

    /**
     * Looks for damage.
     *
     * @return where it is and what, or empty if the log is sound or ends in what may be a torn tail
     */
    static Optional<String> damage(Path wal) throws IOException {
        if (!Files.exists(wal) || Files.size(wal) < HEADER_BYTES) {
            return Optional.empty();
        }
        try (FileChannel file = FileChannel.open(wal, StandardOpenOption.READ)) {
            return damage(file);
        }
    }

    private static Optional<String> damage(FileChannel file) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        readFully(file, header, 0);
        ByteOrder order = order(header);
        Sum sum = Sum.START.over(header.order(order), 0, 24);
        header.order(ByteOrder.BIG_ENDIAN);
        long frames = (file.size() - HEADER_BYTES) / FRAME_BYTES;
        String bad = headerGood(header, sum) ? "" : "its header does not match its checksum";
        boolean tornTransactionEnded = false;
        ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES);
        for (long i = 0; i < frames; i++) {
            readFully(file, frame.clear(), HEADER_BYTES + i * FRAME_BYTES);
            Sum stored = new Sum(frame.getInt(16), frame.getInt(20));
            frame.order(order);
            Sum computed = sum.over(frame, 0, 8).over(frame, FRAME_HEADER_BYTES, PAGE_BYTES);
            frame.order(ByteOrder.BIG_ENDIAN);
            boolean salted = frame.getLong(8) == header.getLong(16);
            boolean good = salted && computed.equals(stored);
            boolean commit = frame.getInt(4) != 0;
            if (!bad.isEmpty() && good && tornTransactionEnded) {
                return Optional.of(bad);
            }
            if (!good && bad.isEmpty()) {
                bad =
                        "frame %d of %d (at byte %d) does not match its checksum"
                                .formatted(i + 1, frames, HEADER_BYTES + i * FRAME_BYTES);
            }
            tornTransactionEnded |= !bad.isEmpty() && commit && salted;
            sum = stored; // of a damaged frame too: what follows was summed from it
        }
        return Optional.empty();
    }

    /**
     * Where in the log the newest committed copies of pages are, by page number: what SQLite would
     * use of it.
     */
    static Map<Integer, Long> committedPages(FileChannel file) throws IOException {
        Map<Integer, Long> pages = new HashMap<>();
        if (file.size() < HEADER_BYTES) {
            return pages;
        }
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        readFully(file, header, 0);
        ByteOrder order = order(header);
        Sum sum = Sum.START.over(header.order(order), 0, 24);
        header.order(ByteOrder.BIG_ENDIAN);
        if (!headerGood(header, sum)) {
            return pages;
        }
        Map<Integer, Long> transaction = new HashMap<>();
        ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES);
        for (long at = HEADER_BYTES; at + FRAME_BYTES <= file.size(); at += FRAME_BYTES) {
            readFully(file, frame.clear(), at);
            frame.order(order);
            sum = sum.over(frame, 0, 8).over(frame, FRAME_HEADER_BYTES, PAGE_BYTES);
            frame.order(ByteOrder.BIG_ENDIAN);
            boolean good =
                    frame.getLong(8) == header.getLong(16)
                            && sum.equals(new Sum(frame.getInt(16), frame.getInt(20)));
            if (!good) {
                break;
            }
            transaction.put(frame.getInt(0), at + FRAME_HEADER_BYTES);
            if (frame.getInt(4) != 0) {
                pages.putAll(transaction);
                transaction.clear();
            }
        }
        return pages;
    }

    private static ByteOrder order(ByteBuffer header) {
        return (header.getInt(0) & 1) == 1 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    private static boolean headerGood(ByteBuffer header, Sum sum) {
        return (header.getInt(0) & ~1) == MAGIC
                && header.getInt(8) == PAGE_BYTES
                && sum.equals(new Sum(header.getInt(24), header.getInt(28)));
    }

    private static void readFully(FileChannel file, ByteBuffer into, long position)
            throws IOException {
        while (into.hasRemaining()) {
            int n = file.read(into, position + into.position());
            if (n < 0) {
                throw new IOException("file ended at byte " + (position + into.position()));
            }
        }
    }
}
