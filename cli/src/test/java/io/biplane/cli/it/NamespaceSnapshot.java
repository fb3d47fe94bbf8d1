package io.biplane.cli.it;

import java.util.List;
import java.util.stream.Stream;

/**
 * Addresses, routes and permanent neighbours of a namespace as {@code ip} prints them, to be put
 * back with the same program. nftables are left to the agents: rules that {@code nft} wrote are not
 * theirs, and they write them anew.
 */
record NamespaceSnapshot(
        String namespace, List<String> addresses, List<String> routes, List<String> neighbours) {
    static NamespaceSnapshot of(String namespace) {
        return new NamespaceSnapshot(
                namespace,
                lines(namespace, "ip -o addr show").stream()
                        .filter(line -> line.contains(" eth0 "))
                        .toList(),
                Stream.concat(
                                lines(namespace, "ip -4 route show proto static").stream(),
                                lines(namespace, "ip -6 route show proto static").stream())
                        .toList(),
                lines(namespace, "ip neigh show nud permanent"));
    }

    /** Puts back what is missing. */
    void restore() {
        for (String line : addresses) {
            String[] words = line.strip().split("\\s+", -1);
            quietly("ip addr add %s dev eth0 nodad".formatted(words[3]));
        }
        for (String neighbour : neighbours) {
            quietly("ip neigh replace " + neighbour.replace("PERMANENT", "nud permanent"));
        }
        for (String route : routes) {
            String family = route.contains(":") ? "-6" : "-4";
            quietly(
                    "ip %s route replace %s proto static"
                            .formatted(family, route.replace(" pref medium", "")));
        }
    }

    private void quietly(String command) {
        Programs.run(Fault.words(namespace, command)); // what is there already stays
    }

    private static List<String> lines(String namespace, String command) {
        return run(namespace, command)
                .lines()
                .map(String::strip)
                .filter(l -> !l.isEmpty())
                .toList();
    }

    private static String run(String namespace, String command) {
        return Programs.run(Fault.words(namespace, command)).succeeded();
    }
}
