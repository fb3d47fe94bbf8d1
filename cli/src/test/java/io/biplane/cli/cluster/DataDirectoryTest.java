package io.biplane.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.cli.command.CommandFailure;
import io.biplane.network.fabric.ClusterNetwork;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

class DataDirectoryTest {
    private static final CallingUser NOBODY_IN_PARTICULAR =
            new CallingUser(Path.of("/nonexistent"), Optional.empty());
    private static final ClusterSpec SPEC =
            new ClusterSpec(
                    ClusterNetwork.plan("blue", 3),
                    5,
                    OptionalInt.empty(),
                    OptionalInt.of(72),
                    "IPv6DualStack=true",
                    6444,
                    "/home/someone/.kube/config",
                    Heaps.parse("agents=512m"));

    private @TempDir Path root;
    private DataDirectory data;

    @BeforeEach
    void open() {
        data = new DataDirectory(root.resolve("blue"));
    }

    @Test
    void keepsTheSpec() {
        assertThat(data.readSpec()).isEmpty();
        data.writeSpec(SPEC, NOBODY_IN_PARTICULAR);
        assertThat(data.readSpec()).contains(SPEC);
        data.delete();
        assertThat(data.root()).doesNotExist();
    }

    @Test
    void refusesADirectoryThatIsSomebodyElses() throws IOException {
        Files.createDirectories(data.root());
        Files.writeString(data.root().resolve("thesis.tex"), "…");
        assertThatThrownBy(data::readSpec)
                .isInstanceOf(CommandFailure.class)
                .hasMessage(
                        "the data directory %s is not Biplane's: it is not empty and has no cluster.json (give another --data-dir, or empty this one yourself)",
                        data.root());
    }

    @Test
    void refusesAClusterJsonThatIsSomebodyElses() throws IOException {
        Files.createDirectories(data.root());
        Files.writeString(data.root().resolve("cluster.json"), "{\"kind\":\"Cluster\"}");
        assertThatThrownBy(data::readSpec)
                .hasMessageContaining("its cluster.json is not one that Biplane wrote");
    }

    @Test
    void refusesWhatANewerVersionWrote() throws IOException {
        data.writeSpec(SPEC, NOBODY_IN_PARTICULAR);
        Path file = data.root().resolve("cluster.json");
        Files.writeString(
                file, Files.readString(file).replaceAll("\"format\" *: *1", "\"format\" : 2"));
        assertThatThrownBy(data::readSpec)
                .hasMessage(
                        "the data directory %s was written by a newer version of Biplane: it has format 2, and this version reads up to 1 (run that version, or give another --data-dir)",
                        data.root());
    }

    @Test
    void refusesASecondCommandAtWork() throws IOException {
        try (ClusterLock _ = ClusterLock.take(data)) {
            assertThatThrownBy(() -> ClusterLock.take(data, Duration.ZERO))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessage(
                            "the data directory %s is locked: another biplane up or down is at work on it (wait for it, or give another --name and --data-dir)",
                            data.root());
        }
        ClusterLock.take(data).close();
    }

    @Test
    void saysWhatToDoAboutAPathThatCannotBeMade() throws IOException {
        Files.writeString(root.resolve("file"), "");
        DataDirectory below = new DataDirectory(root.resolve("file/data"));
        assertThatThrownBy(() -> below.writeSpec(SPEC, NOBODY_IN_PARTICULAR))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("give a --data-dir that can be read and written");
    }
}
