package io.biplane.cli.it;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Something that is broken by hand in a running cluster.
 *
 * @param what for the report of the test
 * @param make breaks it
 * @param mend puts it back
 * @param named what {@code validate} must say
 */
record Fault(String what, Runnable make, Runnable mend, String named) {
    @Override
    public String toString() {
        return what;
    }

    /** Breaks of every sort, in each family; each needs a pod of {@code web} on each node. */
    static List<Fault> all(TestCluster cluster) {
        List<Fault> faults = new ArrayList<>();
        JsonNode web = cluster.get("service", "web");
        JsonNode pod = cluster.get("pods", "-l", "app=web").at("/items/0");
        String node = pod.at("/spec/nodeName").asString();
        String other = node.equals("node-1") ? "node-2" : "node-1";
        String podNamespace = "pod-default_" + pod.at("/metadata/name").asString();
        for (int i = 0; i < 2; i++) {
            boolean v6 = pod.at("/status/podIPs/" + i + "/ip").asString().contains(":");
            String ip = v6 ? "ip -6 " : "ip -4 ";
            String table = v6 ? "ip6" : "ip";
            String podIp = pod.at("/status/podIPs/" + i + "/ip").asString();
            String clusterIp = web.at("/spec/clusterIPs/" + i).asString();
            String otherBlock = cluster.get("node", other).at("/spec/podCIDRs/" + i).asString();
            String gateway = gateway(cluster, node, ip);
            faults.add(
                    inside(cluster, node, ip + "route del " + otherBlock, "route " + otherBlock));
            faults.add(
                    inside(
                            cluster,
                            node,
                            ip + "route del default",
                            "route " + (v6 ? "::/0" : "0.0.0.0/0")));
            faults.add(inside(cluster, node, ip + "route del " + podIp, "route " + podIp));
            faults.add(
                    inside(
                            cluster,
                            "fabric",
                            ip + "route del " + otherBlock,
                            "route " + otherBlock));
            faults.add(
                    inside(
                            cluster,
                            podNamespace,
                            ip + "route del default",
                            "route " + (v6 ? "::/0" : "0.0.0.0/0")));
            faults.add(
                    inside(
                            cluster,
                            podNamespace,
                            ip + "addr del %s/%d dev eth0".formatted(podIp, v6 ? 128 : 32),
                            "address " + podIp));
            faults.add(
                    inside(
                            cluster,
                            node,
                            ip + "neigh del %s dev eth0".formatted(gateway),
                            "permanent neighbour " + gateway));
            faults.add(
                    inside(
                            cluster,
                            podNamespace,
                            ip + "neigh flush nud permanent dev eth0",
                            "permanent neighbour " + (v6 ? "fe80::1" : "169.254.1.1")));
            faults.add(
                    inside(
                            cluster,
                            other,
                            "nft delete element %s biplane-proxy services { %s . tcp . 80 }"
                                    .formatted(table, clusterIp),
                            clusterIp + " . tcp . 80"));
            faults.add(
                    inside(
                            cluster,
                            "fabric",
                            "nft delete element %s biplane-proxy cluster-ips { %s }"
                                    .formatted(table, clusterIp),
                            "cluster-ips"));
            faults.add(
                    inside(
                            cluster,
                            node,
                            "nft delete table %s ip-masq-agent".formatted(table),
                            "ip-masq-agent"));
            faults.add(
                    inside(
                            cluster,
                            other,
                            "nft flush chain %s ip-masq-agent postrouting".formatted(table),
                            "ip-masq-agent postrouting misses"));
            faults.add(
                    inside(
                            cluster,
                            node,
                            "nft insert rule %s biplane-proxy services accept".formatted(table),
                            "biplane-proxy services has besides rule handle"));
            faults.add(
                    inside(
                            cluster,
                            node,
                            "nft delete table %s biplane-guard".formatted(table),
                            "table %s biplane-guard is missing".formatted(table)));
            String sysctl = v6 ? "net.ipv6.conf.all.forwarding" : "net.ipv4.ip_forward";
            String full = cluster.name() + "-" + node;
            faults.add(
                    new Fault(
                            "no forwarding: " + sysctl + " on " + node,
                            () -> run(full, "sysctl -qw %s=0".formatted(sysctl)),
                            () -> run(full, "sysctl -qw %s=1".formatted(sysctl)),
                            sysctl + "=1"));
        }
        long standIns = cluster.pid("stand-ins");
        faults.add(
                new Fault(
                        "the stand-ins are stopped",
                        () -> Programs.run("kill", "-STOP", Long.toString(standIns)).succeeded(),
                        () -> Programs.run("kill", "-CONT", Long.toString(standIns)).succeeded(),
                        "no answer within"));
        return faults;
    }

    private static String gateway(TestCluster cluster, String node, String ip) {
        String line = run(cluster.name() + "-" + node, ip + "route show default");
        return line.split("\\s+", -1)[2];
    }

    private static Fault inside(TestCluster cluster, String where, String command, String named) {
        String namespace = cluster.name() + "-" + where;
        NamespaceSnapshot before = NamespaceSnapshot.of(namespace);
        return new Fault(
                command + " in " + namespace,
                () -> run(namespace, command),
                before::restore,
                named);
    }

    private static String run(String namespace, String command) {
        return Programs.run(words(namespace, command)).succeeded();
    }

    /** The words of a program that is run in a namespace. */
    static String[] words(String namespace, String command) {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        words.addAll(Arrays.asList(command.split(" ", -1)));
        return words.toArray(String[]::new);
    }
}
