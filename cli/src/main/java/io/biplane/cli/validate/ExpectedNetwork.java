package io.biplane.cli.validate;

import io.biplane.api.view.NodeView;
import io.biplane.api.view.PodView;
import io.biplane.cli.validate.NetworkFact.Forwards;
import io.biplane.cli.validate.NetworkFact.HasAddress;
import io.biplane.cli.validate.NetworkFact.KnowsNeighbour;
import io.biplane.netip.Addr;
import io.biplane.netip.DualStack;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;
import io.biplane.network.fabric.ClusterNetwork;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What must hold in each namespace of a cluster, told by its ranges, Nodes and Pods: an account of
 * its own, not that of the agents which write it.
 */
final class ExpectedNetwork {
    private static final Addr POD_GATEWAY_IPV4 = Addr.parse("169.254.1.1");
    private static final Addr POD_GATEWAY_IPV6 = Addr.parse("fe80::1");

    private final ClusterNetwork network;
    private final Collection<NodeView> nodes;

    ExpectedNetwork(ClusterNetwork network, Collection<NodeView> nodes) {
        this.network = network;
        this.nodes = nodes;
    }

    /** In a node's namespace. */
    List<NetworkFact> ofNode(NodeView node, Collection<PodView> itsPods) {
        List<NetworkFact> facts = new ArrayList<>();
        for (IpFamily family : IpFamily.values()) {
            facts.add(new Forwards(family));
            node.internalIp(family).ifPresent(own -> facts.add(new HasAddress(own)));
            Addr gateway = network.gateway(family);
            facts.add(NetworkFact.defaultRoute(gateway));
            facts.add(new KnowsNeighbour(gateway));
            addOthers(facts, family, node.name());
            for (PodView pod : itsPods) {
                pod.ip(family)
                        .ifPresent(ip -> {
                            facts.add(NetworkFact.hostRoute(ip));
                            facts.add(new KnowsNeighbour(ip));
                        });
            }
        }
        return facts;
    }

    /** The way to all nodes but {@code self}, and to their pods. */
    private void addOthers(List<NetworkFact> facts, IpFamily family, String self) {
        for (NodeView other : nodes) {
            if (other.name().equals(self)) {
                continue;
            }
            other.internalIp(family)
                    .ifPresent(ip -> {
                        facts.add(new KnowsNeighbour(ip));
                        other.podCidr(family)
                                .ifPresent(block -> facts.add(NetworkFact.route(block, ip)));
                    });
        }
    }

    /** In a pod's namespace. */
    List<NetworkFact> ofPod(PodView pod) {
        List<NetworkFact> facts = new ArrayList<>();
        for (Addr ip : pod.ips()) {
            Addr gateway = ip.family() == IpFamily.IPV4 ? POD_GATEWAY_IPV4 : POD_GATEWAY_IPV6;
            facts.add(new HasAddress(ip));
            facts.add(NetworkFact.defaultRoute(gateway));
            facts.add(new KnowsNeighbour(gateway));
        }
        return facts;
    }

    /** In the fabric's namespace; {@code hostFamilies} are those that the host's end has. */
    List<NetworkFact> ofFabric(Collection<IpFamily> hostFamilies) {
        List<NetworkFact> facts = new ArrayList<>();
        for (IpFamily family : IpFamily.values()) {
            facts.add(new Forwards(family));
            facts.add(new HasAddress(network.gateway(family)));
            facts.add(new HasAddress(network.fabricEnd(family)));
            facts.add(new HasAddress(network.outsideGateway(family)));
            facts.add(new KnowsNeighbour(network.outsideHost(family)));
            if (hostFamilies.contains(family)) {
                facts.add(new KnowsNeighbour(network.hostEnd(family)));
                facts.add(NetworkFact.defaultRoute(network.hostEnd(family)));
            }
            addOthers(facts, family, "");
        }
        return facts;
    }

    /** On the host, in the families that it has. */
    List<NetworkFact> ofHost(Collection<IpFamily> hostFamilies) {
        List<NetworkFact> facts = new ArrayList<>();
        for (IpFamily family : hostFamilies) {
            Addr gateway = network.fabricEnd(family);
            facts.add(new HasAddress(network.hostEnd(family)));
            facts.add(new KnowsNeighbour(gateway));
            for (Prefix range : network.routedFromHost(family)) {
                facts.add(NetworkFact.route(range, gateway));
            }
        }
        return facts;
    }

    /** In the namespace of the host beyond the cluster: it knows the nodes, not the pods. */
    List<NetworkFact> ofOutside() {
        List<NetworkFact> facts = new ArrayList<>();
        DualStack<Prefix> nodeRanges = network.nodes();
        for (IpFamily family : nodeRanges.families()) {
            Addr gateway = network.outsideGateway(family);
            facts.add(new HasAddress(network.outsideHost(family)));
            facts.add(new KnowsNeighbour(gateway));
            nodeRanges.get(family).ifPresent(range -> facts.add(NetworkFact.route(range, gateway)));
        }
        return facts;
    }
}
