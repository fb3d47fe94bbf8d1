package io.biplane.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

class CallingUserTest {
    private static final Path OWN_HOME = Path.of("/root");

    private @TempDir Path directory;
    private Path passwd;

    @BeforeEach
    void writePasswd() throws IOException {
        passwd = directory.resolve("passwd");
        Files.writeString(
                passwd,
                """
                root:x:0:0:root:/root:/bin/bash
                amelia:x:1000:1000::/home/amelia:/bin/bash
                """);
    }

    @Test
    void isWhoCalledSudo() {
        CallingUser user =
                CallingUser.of(Map.of("SUDO_UID", "1000", "SUDO_GID", "1000"), OWN_HOME, passwd);
        assertThat(user.home()).isEqualTo(Path.of("/home/amelia"));
        assertThat(user.ids()).contains(new CallingUser.Ids(1000, 1000));
    }

    @Test
    void isOneselfWithoutSudoAndUnderRootsSudo() {
        for (Map<String, String> environment :
                java.util.List.of(
                        Map.<String, String>of(), Map.of("SUDO_UID", "0", "SUDO_GID", "0"))) {
            CallingUser user = CallingUser.of(environment, OWN_HOME, passwd);
            assertThat(user.home()).isEqualTo(OWN_HOME);
            assertThat(user.ids()).isEmpty();
        }
    }
}
