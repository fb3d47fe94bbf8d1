package io.biplane.cli.log;

import io.biplane.linux.OwnerOnly;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that lines are appended to. When it is full it is renamed to {@code <name>.1}, that to
 * {@code <name>.2}, and so on; the oldest is dropped. Not safe for use by several threads.
 */
final class RotatingFile implements AutoCloseable {
    private final Path path;
    private final long maxBytes;
    private final int files;
    private FileChannel channel;
    private long bytes;

    /**
     * @param maxBytes of one file
     * @param files how many there are, the one that is written included
     */
    RotatingFile(Path path, long maxBytes, int files) throws IOException {
        this.path = path;
        this.maxBytes = maxBytes;
        this.files = files;
        this.channel = open();
        this.bytes = channel.size();
    }

    private FileChannel open() throws IOException {
        return OwnerOnly.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Appends a line, with its end. */
    void write(ByteBuffer line) throws IOException {
        if (bytes > 0 && bytes + line.remaining() > maxBytes) {
            rotate();
        }
        while (line.hasRemaining()) {
            bytes += channel.write(line);
        }
    }

    private void rotate() throws IOException {
        channel.close();
        for (int i = files - 1; i > 0; i--) {
            Path from = i == 1 ? path : numbered(i - 1);
            if (Files.exists(from)) {
                Files.move(from, numbered(i), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.deleteIfExists(path); // where there is only one
        channel = open();
        bytes = channel.size();
    }

    private Path numbered(int number) {
        return path.resolveSibling(path.getFileName() + "." + number);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
