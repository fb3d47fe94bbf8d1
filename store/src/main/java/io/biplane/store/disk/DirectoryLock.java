package io.biplane.store.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** One process at a time. The kernel lets go of the lock when its holder ends, however it ends. */
final class DirectoryLock implements AutoCloseable {
    static final String NAME = "LOCK";

    /**
     * Directories that this process has locked: closing any other handle on the lock file would let
     * go of the lock.
     */
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel file;

    private DirectoryLock(Path directory, FileChannel file) {
        this.directory = directory;
        this.file = file;
    }

    /**
     * Takes the lock and writes this process's id beside it, for the error of the next one.
     *
     * @throws StoreFileException.Locked if it is taken
     */
    static DirectoryLock take(Path directory) throws IOException {
        Path real = directory.toRealPath();
        if (!OURS.add(real)) {
            throw new StoreFileException.Locked(directory, ProcessHandle.current().pid());
        }
        try {
            return lock(directory, real);
        } catch (IOException | RuntimeException e) {
            OURS.remove(real);
            throw e;
        }
    }

    private static DirectoryLock lock(Path directory, Path real) throws IOException {
        Path path = directory.resolve(NAME);
        FileChannel file =
                OwnerOnly.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (file.tryLock() == null) {
                throw new StoreFileException.Locked(directory, holder(path));
            }
            byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
            file.truncate(0).write(ByteBuffer.wrap(pid), 0);
            return new DirectoryLock(real, file);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static long holder(Path path) {
        try {
            return Long.parseLong(Files.readString(path, StandardCharsets.US_ASCII).strip());
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
        OURS.remove(directory);
    }
}
