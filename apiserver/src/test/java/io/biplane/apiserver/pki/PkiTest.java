package io.biplane.apiserver.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

class PkiTest {
    private static final List<String> NAMES =
            List.of("kubernetes", "localhost", "127.0.0.1", "::1", "fd00:172:30::1");

    @TempDir Path directory;

    @Test
    void aSecondStartUsesWhatTheFirstMade() throws IOException {
        Pki first = Pki.openOrCreate(directory, NAMES);
        Credentials admin = first.admin();
        Pki second = Pki.openOrCreate(directory, NAMES);

        assertThat(second.authority().certificate()).isEqualTo(first.authority().certificate());
        assertThat(second.serving().certificate()).isEqualTo(first.serving().certificate());
        assertThat(second.admin().certificate()).isEqualTo(admin.certificate());
    }

    @Test
    void otherNamesMakeAnotherServingCertificateOfTheSameAuthority() throws Exception {
        Pki first = Pki.openOrCreate(directory, NAMES);
        Pki second = Pki.openOrCreate(directory, List.of("localhost", "10.0.0.1"));

        assertThat(second.authority().certificate()).isEqualTo(first.authority().certificate());
        assertThat(second.serving().certificate().getSubjectAlternativeNames())
                .extracting(entry -> (Object) entry.get(1))
                .containsExactlyInAnyOrder("localhost", "10.0.0.1");
    }

    @Test
    void clientsAreNamedAsUpstreamNamesThem() throws IOException {
        Pki pki = Pki.openOrCreate(directory, NAMES);

        assertThat(subject(pki.admin())).isEqualTo("CN=kubernetes-admin,O=system:masters");
        assertThat(subject(pki.node("node-1"))).isEqualTo("CN=system:node:node-1,O=system:nodes");
        assertThat(subject(pki.controllerManager())).isEqualTo("CN=system:kube-controller-manager");
        assertThat(subject(pki.scheduler())).isEqualTo("CN=system:kube-scheduler");
        assertThat(subject(pki.proxy())).isEqualTo("CN=system:kube-proxy");
    }

    private static String subject(Credentials credentials) {
        return credentials.certificate().getSubjectX500Principal().getName();
    }

    @Test
    void onlyTheOwnerMayReadTheFiles() throws IOException {
        Pki.openOrCreate(directory, NAMES).admin();

        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.toList())
                    .hasSize(6)
                    .allSatisfy(file ->
                            assertThat(Files.getPosixFilePermissions(file))
                                    .isEqualTo(PosixFilePermissions.fromString("rw-------")));
        }
    }

    @Test
    void aLostAuthorityKeyIsNamedWithTheRemedy() throws IOException {
        Pki.openOrCreate(directory, NAMES);
        Files.delete(directory.resolve("ca.key"));

        assertThatThrownBy(() -> Pki.openOrCreate(directory, NAMES))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ca.key")
                .hasMessageContaining("restore ca.crt and ca.key");
    }
}
