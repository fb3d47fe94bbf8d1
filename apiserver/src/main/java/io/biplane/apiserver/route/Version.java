package io.biplane.apiserver.route;

import io.biplane.api.Json;

import tools.jackson.databind.node.ObjectNode;

/** What {@code /version} says: which release of the API is spoken here. */
final class Version {
    private static final String MAJOR = "1";
    private static final String MINOR = "34";

    private Version() {}

    static ObjectNode json() {
        return Json.object()
                .put("major", MAJOR)
                .put("minor", MINOR)
                .put("gitVersion", "v" + MAJOR + "." + MINOR + ".0+biplane")
                .put("gitCommit", "")
                .put("gitTreeState", "clean")
                .put("buildDate", "1970-01-01T00:00:00Z")
                .put("goVersion", "none")
                .put("compiler", "javac")
                .put("platform", "linux/" + architecture());
    }

    // Clients know Go's names of architectures.
    private static String architecture() {
        return switch (System.getProperty("os.arch")) {
            case "aarch64" -> "arm64";
            case String other -> other;
        };
    }
}
