package io.biplane.client.kubeconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

class KubeconfigTest {
    private static final Kubeconfig BLUE =
            Kubeconfig.of("blue", URI.create("https://127.0.0.1:6443"), "ca", "cert", "key");

    private @TempDir Path directory;
    private Path file;

    @BeforeEach
    void place() {
        file = directory.resolve("config");
    }

    @Test
    void isMadeWhereThereIsNoneAndReadableByItsOwnerOnly() throws IOException {
        BLUE.mergeInto(file);
        assertThat(Kubeconfig.load(file).currentContext()).contains("blue");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void leavesOtherContextsAndUnknownFieldsAlone() throws IOException {
        Files.writeString(
                file,
                """
                apiVersion: v1
                kind: Config
                preferences: {colors: true}
                clusters:
                - name: work
                  cluster: {server: "https://work:6443", tls-server-name: w}
                users:
                - name: me
                  user: {exec: {command: aws}}
                contexts:
                - name: work
                  context: {cluster: work, user: me, namespace: team}
                current-context: work
                """);
        BLUE.mergeInto(file);
        assertThat(Files.readString(file))
                .contains("colors: true", "tls-server-name: w", "command: aws", "namespace: team")
                .contains("current-context: blue");
        Kubeconfig.removeFrom(file, "blue");
        assertThat(Files.readString(file)).contains("name: work").doesNotContain("blue");
        assertThat(Kubeconfig.load(file).currentContext()).isEmpty();
    }

    @Test
    void replacesItsOwnEntriesAndNeverDoublesThem() throws IOException {
        BLUE.mergeInto(file);
        String once = Files.readString(file);
        BLUE.mergeInto(file);
        assertThat(Files.readString(file)).isEqualTo(once);
    }

    @Test
    void followsALinkAndKeepsIt() throws IOException {
        Path link = directory.resolve("link");
        Files.createSymbolicLink(link, file);
        Files.writeString(file, "");
        BLUE.mergeInto(link);
        assertThat(link).isSymbolicLink();
        assertThat(Kubeconfig.load(file).currentContext()).contains("blue");
    }

    @Test
    void neverOverwritesAFileThatItCannotRead() throws IOException {
        Files.writeString(file, "clusters: [");
        assertThatThrownBy(() -> BLUE.mergeInto(file))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("is not a kubeconfig");
        assertThat(Files.readString(file)).isEqualTo("clusters: [");
    }

    @Test
    void namesTheEntryThatIsMissing() throws IOException {
        Files.writeString(
                file,
                "contexts: [{name: a, context: {cluster: gone, user: a}}]\ncurrent-context: a\n");
        assertThatThrownBy(() -> Kubeconfig.load(file).access())
                .hasMessage("the kubeconfig has no entry \"gone\" in clusters");
        assertThatThrownBy(() -> Kubeconfig.load(file).access("b"))
                .hasMessage("the kubeconfig has no entry \"b\" in contexts");
    }
}
