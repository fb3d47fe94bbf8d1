package io.biplane.cli.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** The kubectls that are used as witnesses. */
enum Kubectl {
    /** A current one, from the PATH. */
    CURRENT,
    /** Debian's, 1.20, which {@code .ci/witnesses} unpacks. */
    DEBIAN_1_20;

    @Override
    public String toString() {
        return this == CURRENT ? "a current kubectl" : "Debian's kubectl 1.20";
    }

    /** The program's path; an exception names what is missing. */
    String program() {
        return find().map(Path::toString)
                .orElseThrow(() -> new IllegalStateException("no kubectl " + this));
    }

    /** Where it is, if it is there. */
    Optional<Path> find() {
        return switch (this) {
            case CURRENT ->
                    Arrays.stream(System.getenv("PATH").split(":", -1))
                            .map(directory -> Path.of(directory, "kubectl"))
                            .filter(Files::isExecutable)
                            .findFirst();
            case DEBIAN_1_20 ->
                    Optional.of(Programs.projectRoot().resolve("target/witnesses/usr/bin/kubectl"))
                            .filter(Files::isExecutable);
        };
    }
}
