package io.biplane.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

class RotatingFileTest {
    private @TempDir Path directory;

    private Path log() {
        return directory.resolve("x.log");
    }

    private static void write(RotatingFile file, String line) throws IOException {
        file.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    private String text(String name) throws IOException {
        return Files.readString(directory.resolve(name));
    }

    @Test
    void theNewestLinesAreKeptInAFewFiles() throws IOException {
        try (RotatingFile file = new RotatingFile(log(), 10, 3)) {
            for (int i = 1000; i < 1009; i++) { // two lines fill a file
                write(file, Integer.toString(i));
            }
        }
        assertThat(text("x.log")).isEqualTo("1008\n");
        assertThat(text("x.log.1")).isEqualTo("1006\n1007\n");
        assertThat(text("x.log.2")).isEqualTo("1004\n1005\n");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).hasSize(3);
        }
    }

    @Test
    void itGoesOnWhereAnEarlierProcessStopped() throws IOException {
        for (int i = 1000; i < 1003; i++) {
            try (RotatingFile file = new RotatingFile(log(), 10, 2)) {
                write(file, Integer.toString(i));
            }
        }
        assertThat(text("x.log")).isEqualTo("1002\n");
        assertThat(text("x.log.1")).isEqualTo("1000\n1001\n");
    }

    @Test
    void aLineLongerThanAFileIsWritten() throws IOException {
        try (RotatingFile file = new RotatingFile(log(), 10, 1)) {
            write(file, "0123456789abcdef");
            write(file, "next");
        }
        assertThat(text("x.log")).isEqualTo("next\n");
    }
}
