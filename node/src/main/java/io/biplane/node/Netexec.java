package io.biplane.node;

import io.biplane.api.Fields;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The ports of a container that runs {@code agnhost netexec}, by its flags. */
record Netexec(int httpPort, int udpPort) {
    private static final int DEFAULT_HTTP_PORT = 8080;
    private static final int DEFAULT_UDP_PORT = 8081;

    /** Empty if the container's command line has no {@code netexec}. */
    static Optional<Netexec> of(JsonNode container) {
        List<String> line = new ArrayList<>(Fields.texts(container, "command"));
        line.addAll(Fields.texts(container, "args"));
        if (!line.contains("netexec")) {
            return Optional.empty();
        }
        return Optional.of(
                new Netexec(
                        flag(line, "http-port", DEFAULT_HTTP_PORT),
                        flag(line, "udp-port", DEFAULT_UDP_PORT)));
    }

    /** {@code --name=1}, {@code --name 1}, with one dash or two. */
    private static int flag(List<String> line, String name, int absent) {
        for (int i = 0; i < line.size(); i++) {
            String argument = line.get(i).replaceFirst("^--?", "");
            String value = "";
            if (argument.startsWith(name + "=")) {
                value = argument.substring(name.length() + 1);
            } else if (argument.equals(name) && i + 1 < line.size()) {
                value = line.get(i + 1);
            }
            if (value.matches("\\d{1,5}")) {
                int port = Integer.parseInt(value);
                return port >= 1 && port <= 65_535 ? port : absent;
            }
        }
        return absent;
    }
}
