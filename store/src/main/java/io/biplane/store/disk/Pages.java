package io.biplane.store.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * The pages of a database that nobody writes, as SQLite would see them: those of its log over those
 * of its file. Any thread may ask for a {@link Window} of its own.
 */
final class Pages implements AutoCloseable {
    static final int BYTES = DatabaseHeader.PAGE_BYTES;

    private final Path database;
    private final FileChannel file;
    private final FileChannel log;
    private final Map<Integer, Long> inLog;
    private final int count;

    private Pages(Path database, FileChannel file, FileChannel log) throws IOException {
        this.database = database;
        this.file = file;
        this.log = log;
        inLog = WalScan.committedPages(log);
        int highest = inLog.keySet().stream().mapToInt(Integer::intValue).max().orElse(0);
        count = Math.toIntExact(Math.max(highest, file.size() / BYTES));
    }

    static Pages open(Path database) throws IOException {
        Path log = database.resolveSibling(StoreFiles.WAL);
        FileChannel file = FileChannel.open(database, StandardOpenOption.READ);
        try {
            // Without a log, the file itself is read as one, and found not to be.
            return new Pages(
                    database,
                    file,
                    FileChannel.open(Files.exists(log) ? log : database, StandardOpenOption.READ));
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** How many pages there can be. */
    int count() {
        return count;
    }

    StoreFileException damaged(int page, String what) {
        return new StoreFileException.Damaged(database, "page %d %s".formatted(page, what), null);
    }

    @Override
    public void close() throws IOException {
        try (file) {
            log.close();
        }
    }

    /**
     * One page at a time; when they are asked for in the order in which they lie, many are read at
     * once.
     */
    final class Window {
        private final int ahead;
        private final ByteBuffer many;
        private int first;
        private int held;
        private int last;

        /** Where the page that was asked for begins in {@link #bytes}. */
        private int at;

        /**
         * @param ahead how many pages may be read at once
         */
        Window(int ahead) {
            this.ahead = ahead;
            many = ByteBuffer.allocate(ahead * BYTES);
        }

        byte[] bytes() {
            return many.array();
        }

        int at() {
            return at;
        }

        /** Makes a page available, until another one is asked for. */
        void read(int page) throws IOException {
            if (page < 1 || page > count) {
                throw damaged(page, "does not exist, and another one points to it");
            }
            Long logged = inLog.get(page);
            if (logged != null) {
                held = 0;
                readFully(log, 1, logged, page);
                at = 0;
            } else {
                if (page < first || page >= first + held) {
                    boolean onward = page > last && page - last < ahead;
                    held = onward ? Math.min(ahead, count - page + 1) : 1;
                    first = page;
                    readFully(file, held, (page - 1L) * BYTES, page);
                }
                at = (page - first) * BYTES;
            }
            last = page;
        }

        private void readFully(FileChannel from, int pages, long position, int page)
                throws IOException {
            many.clear().limit(pages * BYTES);
            while (many.hasRemaining()) {
                if (from.read(many, position + many.position()) < 0) {
                    break;
                }
            }
            if (many.position() < BYTES) {
                held = 0;
                throw damaged(page, "is cut off");
            }
            held = held == 0 ? 0 : many.position() / BYTES;
        }
    }
}
