package io.biplane.cli.validate;

import io.biplane.api.view.NodeView;
import io.biplane.api.view.PodView;
import io.biplane.cli.validate.Vantage.Kind;
import io.biplane.linux.NetworkNamespace;
import io.biplane.netip.IpFamily;
import io.biplane.network.fabric.ClusterNetwork;
import io.biplane.network.fabric.HostSide;
import io.biplane.network.pod.PodId;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A cluster whose nodes and pods are namespaces of this machine, so that connections can be made
 * from them and the kernel can be asked.
 *
 * @param network the cluster's names and ranges
 * @param host the machine itself, from where people reach the cluster
 */
record LocalCluster(ClusterNetwork network, HostSide host) {

    private static final List<IpFamily> BOTH = List.of(IpFamily.values());

    /** One of the given pods on every node, every node, the host and the outside. */
    List<Vantage> vantages(List<PodView> pods, List<NodeView> nodes) {
        List<Vantage> vantages = new ArrayList<>();
        pods.forEach(pod -> vantages.add(pod(pod)));
        nodes.forEach(node -> vantages.add(node(node.name())));
        vantages.add(new Vantage("host", Kind.HOST, host.namespace().path(), host.families()));
        vantages.add(new Vantage("outside", Kind.OUTSIDE, file(network.outsideNamespace()), BOTH));
        return vantages;
    }

    Vantage pod(PodView pod) {
        return new Vantage("pod on " + pod.nodeName(), Kind.POD, file(podNamespace(pod)), BOTH);
    }

    /** The name of a pod's network namespace. */
    String podNamespace(PodView pod) {
        return new PodId(pod.namespace(), pod.name(), pod.uid())
                .netns(network.podNamespacePrefix());
    }

    Vantage node(String name) {
        return new Vantage(name, Kind.NODE, file(network.nodeNamespace(name)), BOTH);
    }

    private static Path file(String namespace) {
        return NetworkNamespace.DIRECTORY.resolve(namespace);
    }
}
