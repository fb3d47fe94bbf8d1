package io.biplane.apiserver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Debian's kubectl 1.20, unpacked beside the recent one, not installed. */
final class DebianKubectl {
    private static final Path TARGET = Path.of("target", "kubernetes-client").toAbsolutePath();
    private static final int DEADLINE_SECONDS = 120;

    private DebianKubectl() {}

    /** Where it is, or would be if the package could be had. */
    static Path unpacked() throws IOException, InterruptedException {
        Path program = TARGET.resolve("usr/bin/kubectl");
        if (!Files.exists(program)) {
            Files.createDirectories(TARGET);
            Process process =
                    new ProcessBuilder(
                                    "sh",
                                    "-c",
                                    "apt-get download -qq kubernetes-client && dpkg -x kubernetes-client_*.deb .")
                            .directory(TARGET.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(TARGET.resolve("log").toFile())
                            .start();
            if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
        return program;
    }
}
