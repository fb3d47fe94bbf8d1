package io.biplane.cli.it;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Something that is done to a running cluster from outside, by {@code ip}, {@code nft}, {@code
 * sysctl} or {@code kill}, and that the cluster must put right by itself.
 *
 * @param kind what is damaged, whatever pod, node or family it is this time
 * @param where the namespace in which it is done; empty for the host
 * @param command run there
 * @param looked the namespaces whose text must be as before afterwards
 */
record Damage(String kind, String where, String command, List<String> looked) {

    /** Does it. */
    void make() {
        List<String> words = new ArrayList<>();
        if (!where.isEmpty()) {
            words.addAll(List.of("ip", "netns", "exec", where));
        }
        words.addAll(Arrays.asList(command.split(" ", -1)));
        Programs.run(words.toArray(String[]::new)).succeeded();
    }

    @Override
    public String toString() {
        return "%s: %s (in %s)".formatted(kind, command, where.isEmpty() ? "the host" : where);
    }

    /** Every kind, for every pod of {@code app=web}, node and family that there is. */
    static List<Damage> all(TestCluster cluster) {
        Collector all = new Collector(cluster);
        for (JsonNode pod : cluster.get("pods", "-l", "app=web").path("items")) {
            all.pod(pod);
        }
        for (JsonNode node : cluster.get("nodes").path("items")) {
            all.node(node);
        }
        all.fabricAndOutside();
        all.host();
        for (String component : List.of("agents", "control-plane", "stand-ins")) {
            all.damages.add(
                    new Damage(component + " killed", "", "kill -9 " + component, List.of()));
        }
        return all.damages;
    }

    /** The process that is killed, or nothing. */
    String killed() {
        return command.startsWith("kill -9 ") ? command.substring("kill -9 ".length()) : "";
    }

    private static final class Collector {
        final List<Damage> damages = new ArrayList<>();
        private final TestCluster cluster;
        private final String prefix;
        private final String fabric;

        Collector(TestCluster cluster) {
            this.cluster = cluster;
            this.prefix = cluster.name() + "-";
            this.fabric = prefix + "fabric";
        }

        private void add(String kind, String where, String command, String... looked) {
            List<String> namespaces = new ArrayList<>(List.of(where));
            namespaces.addAll(Arrays.asList(looked));
            damages.add(new Damage(kind, where, command, namespaces));
        }

        private static String family(String address) {
            return address.contains(":") ? "-6" : "-4";
        }

        void pod(JsonNode pod) {
            String name = pod.at("/metadata/name").asString();
            String inside = prefix + "pod-default_" + name;
            String node = prefix + pod.at("/spec/nodeName").asString();
            String ip = pod.at("/status/podIP").asString();
            String route = Programs.run("ip", "-n", node, family(ip), "route", "get", ip).output();
            String link = route.replaceAll("(?s).* dev (\\S+) .*", "$1");
            add("pod's link deleted on the node", node, "ip link del " + link, inside);
            add("pod's link deleted inside", inside, "ip link del eth0", node);
            add("pod's link down on the node", node, "ip link set %s down".formatted(link), inside);
            add("pod's link down inside", inside, "ip link set eth0 down", node);
            add("pod's MTU", inside, "ip link set eth0 mtu 1300");
            add("pod's link speaks ARP", inside, "ip link set eth0 arp on");
            add("IPv6 disabled in a pod", inside, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1");
            add("pod's namespace unnamed", "", "ip netns del " + inside, inside, node);
            for (JsonNode each : pod.at("/status/podIPs")) {
                String address = each.path("ip").asString();
                String f = family(address);
                String gateway = f.equals("-4") ? "169.254.1.1" : "fe80::1";
                String bits = f.equals("-4") ? "32" : "128";
                add(
                        "pod's address " + f,
                        inside,
                        "ip addr del %s/%s dev eth0".formatted(address, bits));
                add("pod's default route " + f, inside, "ip %s route del default".formatted(f));
                add("pod's neighbour " + f, inside, "ip neigh del %s dev eth0".formatted(gateway));
                add("route to a pod " + f, node, "ip %s route del %s".formatted(f, address));
                add(
                        "neighbour of a pod " + f,
                        node,
                        "ip neigh del %s dev %s".formatted(address, link));
            }
        }

        void node(JsonNode node) {
            String name = node.at("/metadata/name").asString();
            String inside = prefix + name;
            String other = name.equals("node-1") ? "node-2" : "node-1";
            add("node's link deleted", inside, "ip link del eth0", fabric);
            add("node's port deleted", fabric, "ip link del " + name, inside);
            add("node's link down", inside, "ip link set eth0 down");
            add("node's port off the bridge", fabric, "ip link set %s nomaster".formatted(name));
            add("node's namespace unnamed", "", "ip netns del " + inside, inside, fabric);
            add("all nftables of a node", inside, "nft flush ruleset");
            for (JsonNode each : node.at("/status/addresses")) {
                String address = each.path("address").asString();
                if (each.path("type").asString().equals("InternalIP")) {
                    ofNodesFamily(inside, family(address));
                }
            }
            for (JsonNode each : cluster.get("node", other).at("/spec/podCIDRs")) {
                String block = each.asString();
                String f = family(block);
                add("node's route to pods " + f, inside, "ip %s route del %s".formatted(f, block));
                add(
                        "fabric's route to pods " + f,
                        fabric,
                        "ip %s route del %s".formatted(f, block));
            }
        }

        private void ofNodesFamily(String inside, String f) {
            boolean v4 = f.equals("-4");
            String table = v4 ? "ip" : "ip6";
            add("node's addresses " + f, inside, "ip %s addr flush dev eth0".formatted(f));
            add("node's default route " + f, inside, "ip %s route del default".formatted(f));
            add(
                    "node's neighbours " + f,
                    inside,
                    "ip %s neigh flush dev eth0 nud permanent".formatted(f));
            add(
                    "node forwards no more " + f,
                    inside,
                    "sysctl -qw net.%s=0"
                            .formatted(v4 ? "ipv4.ip_forward" : "ipv6.conf.all.forwarding"));
            add(
                    "services' table deleted " + f,
                    inside,
                    "nft delete table %s biplane-proxy".formatted(table));
            add(
                    "services' chain flushed " + f,
                    inside,
                    "nft flush chain %s biplane-proxy services".formatted(table));
            add(
                    "services' map flushed " + f,
                    inside,
                    "nft flush map %s biplane-proxy services".formatted(table));
            add(
                    "rule among the services' " + f,
                    inside,
                    "nft insert rule %s biplane-proxy services accept".formatted(table));
            add(
                    "masquerade deleted " + f,
                    inside,
                    "nft delete table %s ip-masq-agent".formatted(table));
            add(
                    "masquerade dormant " + f,
                    inside,
                    "nft add table %s ip-masq-agent { flags dormant; }".formatted(table));
        }

        void fabricAndOutside() {
            String outside = prefix + "outside";
            add("bridge down", fabric, "ip link set nodes down");
            add("link to the outside deleted", fabric, "ip link del outside", outside);
            add("fabric's namespace unnamed", "", "ip netns del " + fabric, fabric);
            for (String f : List.of("-4", "-6")) {
                add("bridge's addresses " + f, fabric, "ip %s addr flush dev nodes".formatted(f));
                add(
                        "outside's routes " + f,
                        outside,
                        "ip %s route flush proto static".formatted(f));
                add("fabric's default route " + f, fabric, "ip %s route del default".formatted(f));
            }
        }

        void host() {
            String link = "bp-" + cluster.name();
            add("host's link deleted", "", "ip link del " + link, fabric);
            add("host's link down", "", "ip link set %s down".formatted(link));
            for (String f : List.of("-4", "-6")) {
                boolean v4 = f.equals("-4");
                String table = v4 ? "ip" : "ip6";
                add(
                        "host's routes " + f,
                        "",
                        "ip %s route flush dev %s proto static".formatted(f, link));
                add("host's address " + f, "", "ip %s addr flush dev %s".formatted(f, link));
                add(
                        "host's nftables " + f,
                        "",
                        "nft delete table %s biplane-%s".formatted(table, cluster.name()));
                add(
                        "host forwards no more " + f,
                        "",
                        "sysctl -qw net.%s=0"
                                .formatted(v4 ? "ipv4.ip_forward" : "ipv6.conf.all.forwarding"));
            }
        }
    }
}
