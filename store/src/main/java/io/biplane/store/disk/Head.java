package io.biplane.store.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The file that says which record was last acknowledged, so that a tail that vanished from the
 * database is noticed.
 *
 * <p>It is written after the database's fsync, without one of its own: it can be behind the
 * database (after a power failure), never ahead of it. Two slots are written in turn, so that a
 * torn write leaves the other.
 */
public final class Head implements AutoCloseable {
    /** The last acknowledged record. */
    public record Position(long seq, long revision, int crc) {
        int check() {
            var check = new CRC32C();
            check.update(ByteBuffer.allocate(20).putLong(seq).putLong(revision).putInt(crc).flip());
            return (int) check.getValue();
        }
    }

    private static final int SLOT_BYTES = 512; // a sector: written whole or not at all
    private static final int FILE_BYTES = 2 * SLOT_BYTES;
    private static final int USED_BYTES = 8 + 8 + 8 + 4;
    private static final long MAGIC = 0x42_69_70_6C_48_65_61_64L; // "BiplHead"

    private final FileChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(USED_BYTES + 4);
    private int slot;

    private Head(FileChannel file) {
        this.file = file;
    }

    /** Makes the file, durable. */
    static void create(Path path, Position position) throws IOException {
        try (var head =
                new Head(
                        OwnerOnly.open(
                                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            head.file.write(ByteBuffer.allocate(FILE_BYTES), 0);
            head.write(position);
            head.write(position);
            head.force();
        }
    }

    static Head open(Path path) throws IOException {
        return new Head(FileChannel.open(path, StandardOpenOption.WRITE));
    }

    /** The newest valid slot; empty if there is none. */
    static Optional<Position> read(Path path) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path));
        Optional<Position> newest = Optional.empty();
        for (int at = 0; at + SLOT_BYTES <= bytes.limit(); at += SLOT_BYTES) {
            ByteBuffer slot = bytes.slice(at, USED_BYTES + 4);
            long magic = slot.getLong();
            var position = new Position(slot.getLong(), slot.getLong(), slot.getInt());
            boolean valid = magic == MAGIC && slot.getInt() == check(bytes.slice(at, USED_BYTES));
            if (valid && (newest.isEmpty() || newest.get().seq() < position.seq())) {
                newest = Optional.of(position);
            }
        }
        return newest;
    }

    /** Not durable by itself; see the class comment. */
    public void write(Position position) throws IOException {
        buffer.clear();
        buffer.putLong(MAGIC)
                .putLong(position.seq())
                .putLong(position.revision())
                .putInt(position.crc());
        buffer.putInt(check(buffer.slice(0, USED_BYTES))).flip();
        file.write(buffer, (long) slot * SLOT_BYTES);
        slot = 1 - slot;
    }

    void force() throws IOException {
        file.force(true);
    }

    private static int check(ByteBuffer bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
