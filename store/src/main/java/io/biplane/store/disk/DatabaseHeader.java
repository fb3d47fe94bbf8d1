package io.biplane.store.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The first bytes of the database file, read before SQLite opens it: whose it is, of which format,
 * and that the settings which change how all else is read are those with which it was made.
 *
 * @see <a href="https://www.sqlite.org/fileformat2.html#the_database_header">SQLite file format,
 *     1.3</a>
 */
final class DatabaseHeader {
    static final int PAGE_BYTES = 4096;

    /** "Bipl", as SQLite's application id. */
    static final int APPLICATION_ID = 0x42_69_70_6C;

    /** Of the tables and of the other files in the directory. */
    static final int FORMAT = 1;

    private static final int BYTES = 100;
    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

    /** A field that never changes in a store. */
    private record Constant(String name, int offset, int bytes, int value) {
        void check(ByteBuffer header, Path database) {
            int found =
                    switch (bytes) {
                        case 1 -> header.get(offset) & 0xFF;
                        case 2 -> header.getShort(offset) & 0xFFFF;
                        default -> header.getInt(offset);
                    };
            if (found != value) {
                throw new StoreFileException.Damaged(
                        database,
                        "%s (byte %d) is %d, not %d".formatted(name, offset, found, value),
                        null);
            }
        }
    }

    private static final Constant[] CONSTANTS = {
        new Constant("page size", 16, 2, PAGE_BYTES),
        new Constant("reserved bytes", 20, 1, 0),
        new Constant("maximum payload fraction", 21, 1, 64),
        new Constant("minimum payload fraction", 22, 1, 32),
        new Constant("leaf payload fraction", 23, 1, 32),
        new Constant("schema format", 44, 4, 4),
        new Constant("largest root page", 52, 4, 0),
        new Constant("text encoding", 56, 4, 1),
        new Constant("incremental vacuum", 64, 4, 0),
    };

    private DatabaseHeader() {}

    /**
     * Checks the file.
     *
     * @throws StoreFileException.NotAStore if SQLite or Biplane did not write it
     * @throws StoreFileException.NewerFormat if a newer Biplane did
     * @throws StoreFileException.Damaged if a field is not what it must be
     */
    static void check(Path database) throws IOException {
        check(database, 2);
    }

    /** As {@link #check}, of a backup, which has no log beside it. */
    static void checkBackup(Path file) throws IOException {
        check(file, 1);
    }

    /**
     * @param version 2 with a write-ahead log, else 1
     */
    private static void check(Path database, int version) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(BYTES);
        try (FileChannel file = FileChannel.open(database, StandardOpenOption.READ)) {
            while (header.hasRemaining() && file.read(header) >= 0) {
                // until the header is whole or the file ends
            }
        }
        if (header.hasRemaining()) {
            throw new StoreFileException.NotAStore(
                    database, "the file has only %d bytes".formatted(header.position()));
        }
        if (!ByteBuffer.wrap(MAGIC).equals(header.slice(0, MAGIC.length))) {
            throw new StoreFileException.NotAStore(database, "the file is not an SQLite database");
        }
        if (header.getInt(68) != APPLICATION_ID) {
            throw new StoreFileException.NotAStore(
                    database,
                    "its application id is %08x, not %08x"
                            .formatted(header.getInt(68), APPLICATION_ID));
        }
        int format = header.getInt(60);
        if (format > FORMAT) {
            throw new StoreFileException.NewerFormat(database, format, FORMAT);
        }
        if (format < 1) {
            throw new StoreFileException.Damaged(
                    database, "its format is %d".formatted(format), null);
        }
        for (Constant constant : CONSTANTS) {
            constant.check(header, database);
        }
        new Constant("write version", 18, 1, version).check(header, database);
        new Constant("read version", 19, 1, version).check(header, database);
    }
}
