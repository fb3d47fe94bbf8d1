package io.biplane.cli.cluster;

import io.biplane.linux.OwnerOnly;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Optional;

/**
 * The person behind the command: under sudo the one who called it, to whom every file that Biplane
 * makes must belong, and in whose home the kubeconfig is.
 *
 * @param home the home directory
 * @param ids the user and group to give files to; empty when no change is needed
 */
public record CallingUser(Path home, Optional<Ids> ids) {
    /** A user id and a group id. */
    public record Ids(int uid, int gid) {}

    /** Whoever runs this process, as told by sudo's variables. */
    public static CallingUser current() {
        return of(
                System.getenv(), Path.of(System.getProperty("user.home")), Path.of("/etc/passwd"));
    }

    static CallingUser of(Map<String, String> environment, Path ownHome, Path passwd) {
        String uid = environment.get("SUDO_UID");
        String gid = environment.get("SUDO_GID");
        if (uid == null || gid == null || uid.equals("0")) {
            return new CallingUser(ownHome, Optional.empty());
        }
        Ids ids = new Ids(Integer.parseInt(uid), Integer.parseInt(gid));
        return new CallingUser(homeOf(ids.uid(), passwd).orElse(ownHome), Optional.of(ids));
    }

    private static Optional<Path> homeOf(int uid, Path passwd) {
        try (var lines = Files.lines(passwd)) {
            return lines.map(line -> line.split(":", -1))
                    .filter(fields -> fields.length > 5 && fields[2].equals(Integer.toString(uid)))
                    .map(fields -> Path.of(fields[5]))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Makes a directory and those above it that are missing, each this user's only. */
    public void makeDirectories(Path directory) throws IOException {
        Path highest = directory.toAbsolutePath().normalize();
        for (Path parent = highest.getParent();
                parent != null && !Files.exists(highest) && !Files.exists(parent);
                parent = highest.getParent()) {
            highest = parent;
        }
        boolean there = Files.exists(highest);
        OwnerOnly.createDirectories(directory);
        if (!there) {
            own(highest);
        }
    }

    /** Gives {@code path} and all below it to this user. */
    public void own(Path path) throws IOException {
        if (ids.isEmpty() || !Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(
                path,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) throws IOException {
                        give(directory);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        give(file);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    private void give(Path path) throws IOException {
        Ids to = ids.orElseThrow();
        Files.setAttribute(path, "unix:uid", to.uid(), LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:gid", to.gid(), LinkOption.NOFOLLOW_LINKS);
    }
}
