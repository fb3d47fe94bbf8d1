package io.biplane.linux;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** Files and directories that only their owner may use: modes 0600 and 0700, whatever the umask. */
public final class OwnerOnly {
    private static final int UMASK = 077;

    private static final Set<PosixFilePermission> OF_OTHERS =
            PosixFilePermissions.fromString("---rwxrwx");

    private static volatile int inherited = -1;

    private OwnerOnly() {}

    private static FileAttribute<Set<PosixFilePermission>> mode(String permissions) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    }

    /**
     * From now on all that this process makes is its user's only, whoever makes it: SQLite, too.
     */
    public static void byDefault() {
        int before = ProcessSyscalls.umask(UMASK);
        if (inherited < 0) {
            inherited = before;
        }
    }

    /** Takes {@link #byDefault} back, for a program that this process becomes or writes for. */
    public static void notByDefault() {
        if (inherited >= 0) {
            int _ = ProcessSyscalls.umask(inherited);
        }
    }

    /** Makes a directory, and those above it, where they are missing. */
    public static void createDirectories(Path directory) throws IOException {
        Files.createDirectories(directory, mode("rwx------"));
    }

    /** Opens a file; one that is made has mode 0600. */
    public static FileChannel open(Path file, OpenOption... options) throws IOException {
        return FileChannel.open(file, Set.of(options), mode("rw-------"));
    }

    /** Replaces the text of a file at once: no reader and no crash finds half of it. */
    public static void write(Path file, String text) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.deleteIfExists(next);
        try (FileChannel channel =
                open(next, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(StandardCharsets.UTF_8.encode(text));
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Takes everybody else's permissions from {@code path} and all below it.
     *
     * @return how many of them were open; 0 if there is nothing at the path
     */
    public static int tighten(Path path) throws IOException {
        int[] open = {0};
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return 0;
        }
        Files.walkFileTree(
                path,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) throws IOException {
                        open[0] += tightenOne(directory);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        open[0] += attributes.isSymbolicLink() ? 0 : tightenOne(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e)
                            throws IOException {
                        if (e instanceof NoSuchFileException) {
                            return FileVisitResult.CONTINUE; // of a process at work
                        }
                        throw e;
                    }
                });
        return open[0];
    }

    private static int tightenOne(Path path) throws IOException {
        try {
            Set<PosixFilePermission> now = EnumSet.noneOf(PosixFilePermission.class);
            now.addAll(Files.getPosixFilePermissions(path));
            if (!now.removeAll(OF_OTHERS)) {
                return 0;
            }
            Files.setPosixFilePermissions(path, now);
            return 1;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }
}
