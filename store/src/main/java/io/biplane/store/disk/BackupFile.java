package io.biplane.store.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.Stream;

/** A backup: the database in one file, with what HEAD would say in a table of its own. */
public final class BackupFile {
    private BackupFile() {}

    /**
     * Copies a store to a file that must not exist; it appears whole and durable, or not at all.
     *
     * @throws StoreFileException.Damaged if the store is
     */
    public static void write(StoreSnapshot store, Path file) {
        if (Files.exists(file)) {
            throw new StoreFileException.InTheWay(file, "write backup");
        }
        Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        try {
            Files.deleteIfExists(unfinished);
            OwnerOnly.createFile(unfinished);
            store.reader().copyTo(unfinished);
            Head.Position end = end(unfinished, store.acknowledged());
            try (Connection connection = Sqlite.single(unfinished)) {
                Sqlite.execute(
                        connection,
                        Sqlite.HEAD_TABLE,
                        "INSERT INTO head VALUES (1, %d, %d, %d, %d)"
                                .formatted(end.seq(), end.revision(), end.crc(), end.check()));
            }
            try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            StoreFiles.syncDirectory(file.toAbsolutePath().resolveSibling(""));
        } catch (IOException | SQLException e) {
            throw new StoreFileException.Unusable(file, "write backup", DiskFault.of(file, e), e);
        }
    }

    /** Where the copy ends, if it is sound. */
    private static Head.Position end(Path copy, Head.Position acknowledged) throws SQLException {
        try (var reader = new RecordReader(copy)) {
            var check = new ChainCheck(copy, reader.anchor(), acknowledged);
            reader.forEach(Long.MIN_VALUE, Long.MAX_VALUE, check::accept);
            return check.end();
        }
    }

    /**
     * Makes a store of a backup.
     *
     * @param directory empty or absent
     */
    public static void restore(Path file, Path directory) {
        try {
            OwnerOnly.createDirectories(directory);
            try (Stream<Path> there = Files.list(directory)) {
                if (there.findAny().isPresent()) {
                    throw new StoreFileException.InTheWay(directory, "restore into directory");
                }
            }
            try (var _ = DirectoryLock.take(directory);
                    var backup = new RecordReader(file)) {
                StoreFiles.create(directory, file, backup.backupHead());
            }
        } catch (IOException e) {
            throw new StoreFileException.Unusable(
                    directory, "restore store", DiskFault.of(directory, e), e);
        } catch (SQLException e) {
            throw Sqlite.failure(directory, "restore store", e);
        }
    }
}
