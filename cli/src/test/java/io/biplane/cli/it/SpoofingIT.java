package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.testing.Eventually;
import io.biplane.linux.testing.RawPackets;
import io.biplane.linux.testing.RawPackets.Form;
import io.biplane.linux.testing.RawPackets.Packet;
import io.biplane.linux.testing.RawPackets.Receiver;
import io.biplane.netip.IpFamily;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A pod of a running cluster sends as everybody else, past its kernel: nothing arrives anywhere,
 * and what it sends as itself arrives everywhere.
 */
@ClusterTest
class SpoofingIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** The node's end of every pod's link. */
    private static final String NEXT_HOP = "02:90:00:00:00:01";

    private static final String PODS =
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: liar, labels: {app: web}}
            spec: {nodeName: node-1, containers: [{name: c, image: "agnhost:2.53", args: [netexec, --http-port=8080]}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: beside, labels: {app: web}}
            spec: {nodeName: node-1, containers: [{name: c, image: "agnhost:2.53", args: [netexec, --http-port=8080]}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: elsewhere, labels: {app: web}}
            spec: {nodeName: node-2, containers: [{name: c, image: "agnhost:2.53", args: [netexec, --http-port=8080]}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {ipFamilyPolicy: RequireDualStack, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
            """;

    private @TempDir Path directory;

    @Test
    void aPodSendsAsItselfOrNotAtAll() {
        try (TestCluster cluster = new TestCluster("it-spoof", directory)) {
            cluster.up().succeeded();
            cluster.apply(PODS);
            cluster.kubectl("wait", "--for=condition=Ready", "pods", "--all", "--timeout=30s");
            for (IpFamily family : IpFamily.values()) {
                Map<String, String> addresses = addresses(cluster, family);
                Set<String> sources = sources(addresses, family);
                assertThat(sources).hasSizeGreaterThanOrEqualTo(12);
                Set<String> arrived = new TreeSet<>();
                for (String who : List.of("beside", "elsewhere", "node-1", "gateway", "outside")) {
                    arrived.addAll(arrived(cluster, who, addresses, sources));
                }
                assertThat(arrived).as(family.toString()).isEmpty();
            }
        }
    }

    /** Who has which address, of one family. */
    private static Map<String, String> addresses(TestCluster cluster, IpFamily family) {
        Map<String, String> addresses = new LinkedHashMap<>();
        for (JsonNode pod : cluster.get("pods").path("items")) {
            addresses.put(
                    pod.at("/metadata/name").asString(), of(family, pod.at("/status/podIPs")));
        }
        for (String node : List.of("node-1", "node-2")) {
            JsonNode status = cluster.get("node", node).at("/status/addresses");
            addresses.put(node, of(family, status));
        }
        addresses.put("web", of(family, cluster.get("service", "web").at("/spec/clusterIPs")));
        String ip = family == IpFamily.IPV4 ? "-4" : "-6";
        String route = cluster.inside("node-1", "ip", ip, "route", "show", "default").succeeded();
        addresses.put("gateway", route.split("\\s+", -1)[2]);
        String outside =
                cluster.inside("outside", "ip", ip, "-br", "addr", "show", "eth0").succeeded();
        addresses.put("outside", outside.split("\\s+", -1)[2].replaceFirst("/.*", ""));
        return addresses;
    }

    /** The first address of the family in a list of addresses, of objects or of texts. */
    private static String of(IpFamily family, JsonNode list) {
        for (JsonNode item : list) {
            String address =
                    item.path("ip").asString(item.path("address").asString(item.asString("")));
            if (address.contains(":") == (family == IpFamily.IPV6)
                    && address.matches("[0-9a-f:.]*[:.][0-9a-f:.]*")) {
                return address;
            }
        }
        throw new AssertionError("no %s address in %s".formatted(family, list));
    }

    private static Set<String> sources(Map<String, String> addresses, IpFamily family) {
        Set<String> sources = new LinkedHashSet<>(addresses.values());
        sources.remove(addresses.get("liar"));
        sources.addAll(
                family == IpFamily.IPV4
                        ? List.of("8.8.8.8", "127.0.0.1", "224.0.0.5", "0.0.0.0", "169.254.1.1")
                        : List.of("2001:4860::8", "::1", "ff02::1", "::", "fe80::1"));
        return sources;
    }

    /** What of all these lies arrives at a receiver, once the truth that was sent last has. */
    private static Set<String> arrived(
            TestCluster cluster, String who, Map<String, String> addresses, Set<String> sources) {
        String pod = cluster.name() + "-pod-default_";
        String at =
                switch (who) {
                    case "gateway" -> cluster.name() + "-fabric";
                    case "node-1", "outside" -> cluster.name() + "-" + who;
                    default -> pod + who;
                };
        List<Packet> packets = packets(sources, addresses.getOrDefault(who, ""));
        List<Packet> honest =
                packets(
                        Set.of(addresses.getOrDefault("liar", "")),
                        addresses.getOrDefault(who, ""));
        packets.addAll(honest);
        try (NetworkNamespace receiving = NetworkNamespace.open(at);
                NetworkNamespace sending = NetworkNamespace.open(pod + "liar");
                Receiver receiver = new Receiver(receiving)) {
            RawPackets.send(sending, "eth0", NEXT_HOP, packets);
            Eventually.holds(
                    LIMIT,
                    () -> receiver.has(honest) ? "" : "%s has %s".formatted(who, receiver.marks()));
            Set<String> arrived = receiver.marks();
            honest.forEach(packet -> arrived.remove(packet.mark()));
            return arrived;
        }
    }

    private static List<Packet> packets(Set<String> sources, String destination) {
        List<Packet> packets = new ArrayList<>();
        for (String source : sources) {
            for (Form form : Form.MARKED) {
                packets.add(new Packet(form, source, destination));
            }
        }
        return packets;
    }
}
