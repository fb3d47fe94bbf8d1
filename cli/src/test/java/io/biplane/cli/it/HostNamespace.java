package io.biplane.cli.it;

import io.biplane.cli.it.Programs.Result;
import io.biplane.linux.testing.Eventually;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A host of the test's own: a network namespace with a link that leads nowhere and default routes
 * over it, in which a cluster can be brought up without touching the machine's own network.
 */
final class HostNamespace implements AutoCloseable {
    private final String name;

    HostNamespace(String name) {
        this.name = name;
        Programs.run("ip", "netns", "add", name).succeeded();
        run("ip link set lo up").succeeded();
        run("ip link add uplink type veth peer name nowhere").succeeded();
        run("ip addr add 203.0.113.2/24 dev uplink").succeeded();
        run("ip -6 addr add 2001:db8:113::2/64 dev uplink nodad").succeeded();
        for (String link : List.of("uplink", "nowhere")) {
            run("ip link set %s addrgenmode none".formatted(link))
                    .succeeded(); // nothing changes later
        }
        run("ip link set uplink up").succeeded();
        run("ip link set nowhere up").succeeded();
        run("ip route add default via 203.0.113.1").succeeded();
        // The kernel tells the ends of each other's state some time after the command.
        Eventually.holds(
                Duration.ofSeconds(10),
                () -> {
                    String links = run("ip -br link").output();
                    return links.contains("DOWN") ? links : "";
                });
    }

    /** The words that run a command in here; the mounts stay those of the machine. */
    private List<String> words(List<String> command) {
        List<String> words = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + name));
        words.addAll(command);
        return words;
    }

    /** Runs a command, its words separated by blanks. */
    Result run(String command) {
        return Programs.run(words(Arrays.asList(command.split(" ", -1))).toArray(String[]::new));
    }

    /** What a command puts in front of others to be run in here. */
    List<String> prefix() {
        return words(List.of());
    }

    /** As {@link #prefix()}, with the mounts of another mount namespace. */
    List<String> prefix(MountNamespace mounts) {
        return List.of("nsenter", "--net=/run/netns/" + name, mounts.option());
    }

    /** Everything that a cluster could change on a host, as the witnesses print it. */
    String state() {
        StringBuilder state = new StringBuilder();
        for (String command :
                List.of(
                        "ip -br link",
                        "ip route show table all",
                        "ip -6 route show table all",
                        "nft list ruleset",
                        "sysctl -a --pattern net.ipv[46].(ip_forward|conf.*(forwarding|accept_ra|rp_filter|redirects))")) {
            state.append(command).append('\n').append(run(command).output());
        }
        return state.toString();
    }

    @Override
    public void close() {
        Programs.run("ip", "netns", "del", name).succeeded();
    }
}
