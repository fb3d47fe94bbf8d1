package io.biplane.network.guard;

import io.biplane.api.view.NodeView;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.events.KernelEvents;
import io.biplane.linux.nftables.desired.DesiredTable;
import io.biplane.linux.nftables.desired.TableKeeper;
import io.biplane.linux.nftables.kernel.KernelNftables;
import io.biplane.linux.testing.RawPackets;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.network.fabric.ClusterNetwork;
import io.biplane.network.fabric.Fabric;
import io.biplane.network.fabric.HostSide;
import io.biplane.network.fabric.Kernel;
import io.biplane.network.fabric.NodeRoutes;
import io.biplane.network.pod.PodId;
import io.biplane.network.pod.PodNetwork;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A cluster's network as the product makes it, without its processes: two nodes, pods {@code a} and
 * {@code b} on the first, {@code c} on the second; a receiver wherever something can arrive.
 */
final class GuardLab implements AutoCloseable {
    static final ClusterNetwork NETWORK = ClusterNetwork.plan("hgrd", 5);
    private static final String HOST = "hgrd-host";

    private record Pod(PodNetwork network, PodId id, List<Addr> addresses) {}

    private final HostSide host;
    private final KernelEvents events = KernelEvents.start("guard-lab");
    private final Map<String, Pod> pods = new LinkedHashMap<>();
    private final Map<String, PodNetwork> networks = new LinkedHashMap<>();
    private final Map<String, RawPackets.Receiver> receivers = new LinkedHashMap<>();

    GuardLab(Path ledgers) {
        host = new HostSide(NetworkNamespace.create(HOST), ledgers);
        new Fabric(NETWORK, host).up(2);
        List<NodeView> nodes = IntStream.rangeClosed(1, 2).mapToObj(GuardLab::node).toList();
        for (NodeView node : nodes) {
            try (NodeRoutes routes = NodeRoutes.ofNode(NETWORK, node.name());
                    NetworkNamespace namespace =
                            NetworkNamespace.open(NETWORK.nodeNamespace(node.name()))) {
                routes.reconcile(nodes);
                networks.put(
                        node.name(),
                        PodNetwork.open(namespace, NETWORK.podNamespacePrefix(), events, _ -> {}));
            }
        }
        try (NodeRoutes routes = NodeRoutes.ofFabric(NETWORK)) {
            routes.reconcile(nodes);
        }
        attach("a", "node-1", 2);
        attach("b", "node-1", 3);
        attach("c", "node-2", 2);
        receive("pod b", "hgrd-pod-default_b");
        receive("pod c", "hgrd-pod-default_c");
        receive("node-1", NETWORK.nodeNamespace("node-1"));
        receive("node-2", NETWORK.nodeNamespace("node-2"));
        receive("gateway", NETWORK.fabricNamespace());
        receive("outside", NETWORK.outsideNamespace());
        receive("host", HOST);
    }

    private static NodeView node(int index) {
        String json =
                """
                {"metadata":{"name":"node-%1$d"},
                 "spec":{"podCIDRs":["10.239.%1$d.0/24","fd00:10:239:%1$d::/64"]},
                 "status":{"addresses":[{"type":"InternalIP","address":"%2$s"},{"type":"InternalIP","address":"%3$s"}]}}
                """
                        .formatted(
                                index,
                                NETWORK.nodeAddresses(index).get(0),
                                NETWORK.nodeAddresses(index).get(1));
        return NodeView.of((ObjectNode) JsonMapper.shared().readTree(json));
    }

    private void attach(String name, String node, int offset) {
        PodNetwork network = networks.get(node);
        if (network == null) {
            throw new IllegalArgumentException(node);
        }
        PodId id = new PodId("default", name, "uid-" + name);
        int block = node.equals("node-1") ? 1 : 2;
        List<Addr> addresses =
                List.of(
                        Addr.parse("10.239.%d.%d".formatted(block, offset)),
                        Addr.parse("fd00:10:239:%d::%x".formatted(block, offset)));
        var _ = network.attach(id, addresses);
        pods.put(name, new Pod(network, id, addresses));
    }

    private void receive(String who, String namespace) {
        try (NetworkNamespace opened = NetworkNamespace.open(namespace)) {
            receivers.put(who, new RawPackets.Receiver(opened));
        }
    }

    /** Writes the guard everywhere. */
    void guard() {
        write(NETWORK.nodeNamespace("node-1"), Guard.tables(List.of(Fabric.UPLINK)));
        write(NETWORK.nodeNamespace("node-2"), Guard.tables(List.of(Fabric.UPLINK)));
        write(NETWORK.fabricNamespace(), Guard.tables(Fabric.LINKS));
    }

    private static void write(String name, List<DesiredTable> tables) {
        try (NetworkNamespace namespace = NetworkNamespace.open(name);
                KernelNftables nftables = KernelNftables.open(namespace)) {
            var _ = new TableKeeper(nftables).sync(tables);
        }
    }

    /** Where something can arrive, with the address that it has there. */
    Map<String, Addr> receivers(IpFamily family) {
        Map<String, Addr> all = new LinkedHashMap<>();
        all.put("pod b", address("b", family));
        all.put("pod c", address("c", family));
        all.put("node-1", NETWORK.node(1, family));
        all.put("node-2", NETWORK.node(2, family));
        all.put("gateway", NETWORK.gateway(family));
        all.put("outside", NETWORK.outsideHost(family));
        all.put("host", NETWORK.hostEnd(family));
        return all;
    }

    RawPackets.Receiver receiver(String who) {
        RawPackets.Receiver receiver = receivers.get(who);
        if (receiver == null) {
            throw new IllegalArgumentException(who);
        }
        return receiver;
    }

    Addr address(String pod, IpFamily family) {
        return pod(pod).addresses().stream()
                .filter(a -> a.family() == family)
                .findFirst()
                .orElseThrow();
    }

    private Pod pod(String name) {
        Pod pod = pods.get(name);
        if (pod == null) {
            throw new IllegalArgumentException(name);
        }
        return pod;
    }

    void detach(String name) {
        Pod pod = pod(name);
        pod.network().detach(pod.id());
        pods.remove(name);
    }

    /** Sends from a pod's own namespace to the node. */
    void send(String pod, List<RawPackets.Packet> packets) {
        send("hgrd-pod-default_" + pod, "eth0", "02:90:00:00:00:01", packets);
    }

    /** Sends from a node's namespace to the fabric. */
    void sendFromNode(String node, List<RawPackets.Packet> packets) {
        String gateway = NETWORK.macOnBridge(NETWORK.gateway(IpFamily.IPV4)).toString();
        send(NETWORK.nodeNamespace(node), Fabric.UPLINK, gateway, packets);
    }

    /** Sends from one of the namespaces to all who are on its link. */
    static void broadcast(String from, List<RawPackets.Packet> packets) {
        send(NETWORK.name() + "-" + from, "eth0", "ff:ff:ff:ff:ff:ff", packets);
    }

    /** Sends from the host beyond the cluster to the fabric. */
    void sendFromOutside(List<RawPackets.Packet> packets) {
        send(NETWORK.outsideNamespace(), "eth0", "02:fa:00:00:00:01", packets);
    }

    private static void send(
            String from, String link, String nextHop, List<RawPackets.Packet> packets) {
        try (NetworkNamespace namespace = NetworkNamespace.open(from)) {
            RawPackets.send(namespace, link, nextHop, packets);
        }
    }

    /** Addresses, routes and neighbours of all namespaces, the host's too. */
    static List<String> state() {
        List<String> state = new ArrayList<>();
        for (String name : NetworkNamespace.list()) {
            for (String what :
                    List.of(
                            "addr",
                            "-4 route show table all",
                            "-6 route show table all",
                            "neigh")) {
                List<String> command = new ArrayList<>(List.of("ip"));
                command.addAll(List.of(what.split(" ", -1)));
                Kernel.in(name, command.toArray(String[]::new))
                        .lines()
                        .forEach(line -> state.add(name + ": " + line));
            }
        }
        state.sort(null);
        return state;
    }

    @Override
    public void close() {
        receivers.values().forEach(RawPackets.Receiver::close);
        List.copyOf(pods.keySet()).forEach(this::detach);
        networks.values().forEach(PodNetwork::close);
        events.close();
        Fabric.down(NETWORK.name(), host);
        host.namespace().close();
        NetworkNamespace.delete(HOST);
    }
}
