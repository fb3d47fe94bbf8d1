package io.biplane.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class MemoryTest {
    private static final long KIB = 1024;

    private @TempDir Path root;

    @BeforeEach
    void aMachine() throws IOException {
        write(
                "proc/meminfo",
                "MemTotal:       24000000 kB\nMemFree:  1 kB\nMemAvailable:   20000000 kB\n");
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    @Test
    void withoutACgroupItIsTheMachines() {
        assertThat(Memory.below(root).totalBytes()).isEqualTo(24_000_000 * KIB);
        assertThat(Memory.below(root).availableBytes()).isEqualTo(20_000_000 * KIB);
    }

    @Test
    void theLowestLimitOnTheWayUpCounts() throws IOException {
        write("proc/self/cgroup", "0::/system.slice/biplane.service\n");
        write("sys/fs/cgroup/system.slice/biplane.service/memory.max", "max\n");
        write("sys/fs/cgroup/system.slice/memory.max", "4294967296\n");
        assertThat(Memory.below(root).totalBytes()).isEqualTo(4L << 30);
        assertThat(Memory.below(root).availableBytes()).isEqualTo(4L << 30);
    }

    @Test
    void limitsOfVersionOneCountToo() throws IOException {
        write("proc/self/cgroup", "12:cpu,cpuacct:/a\n4:memory:/a/b\n0::/a\n");
        write("sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "9223372036854771712\n");
        write("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "1073741824\n");
        assertThat(Memory.below(root).totalBytes()).isEqualTo(1L << 30);
    }

    @Test
    void thisProcessHasSome() {
        Memory memory = Memory.ofThisProcess();
        assertThat(memory.availableBytes()).isBetween(1L << 20, memory.totalBytes());
    }
}
