package io.biplane.cli.validate;

import io.biplane.api.view.NodeView;
import io.biplane.api.view.PodView;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The page's first half: "Validate addressing" of nodes and pods. */
final class NodeAndPodSteps {
    static final Step NODE_CIDRS =
            new Step(
                    "node-cidrs",
                    "every node has one IPv4 and one IPv6 podCIDR, all in the same order",
                    false,
                    NodeAndPodSteps::nodeCidrs);
    static final Step NODE_ADDRESSES =
            new Step(
                    "node-addresses",
                    "every node has an IPv4 and an IPv6 InternalIP",
                    false,
                    NodeAndPodSteps::nodeAddresses);
    static final Step POD_IPS =
            new Step(
                    "pod-ips",
                    "a pod on every node has two podIPs, out of its node's podCIDRs",
                    false,
                    NodeAndPodSteps::podIps);
    static final Step DOWNWARD_API =
            new Step(
                    "downward-api",
                    "status.podIPs in a container's environment (needs exec)",
                    true,
                    _ -> needsExec("downward-api", "MY_POD_IPS in the container's environment"));
    static final Step ETC_HOSTS =
            new Step(
                    "etc-hosts",
                    "both addresses in the container's /etc/hosts (needs exec)",
                    true,
                    _ -> needsExec("etc-hosts", "both addresses in /etc/hosts"));

    private NodeAndPodSteps() {}

    private static List<Finding> needsExec(String step, String subject) {
        return List.of(Finding.notBuilt(step, subject, "kubectl exec"));
    }

    private static List<Finding> nodeCidrs(Playground playground) {
        List<Finding> findings = new ArrayList<>();
        List<NodeView> nodes = playground.nodes();
        List<IpFamily> order = nodes.getFirst().podCidrs().stream().map(Prefix::family).toList();
        for (NodeView node : nodes) {
            List<IpFamily> families = node.podCidrs().stream().map(Prefix::family).toList();
            Optional<String> fault =
                    families.size() != 2 || families.getFirst() == families.getLast()
                            ? Optional.of(
                                    "spec.podCIDRs is %s: one IPv4 and one IPv6 block are expected"
                                            .formatted(node.podCidrs()))
                            : !families.equals(order)
                                    ? Optional.of(
                                            "spec.podCIDRs is %s: other nodes have %s first"
                                                    .formatted(node.podCidrs(), order.getFirst()))
                                    : Optional.empty();
            findings.add(finding("node-cidrs", node.name(), fault, node.podCidrs().toString()));
        }
        return findings;
    }

    private static List<Finding> nodeAddresses(Playground playground) {
        List<Finding> findings = new ArrayList<>();
        for (NodeView node : playground.nodes()) {
            List<Addr> addresses = node.ips("InternalIP");
            Optional<String> fault = missingFamily("status.addresses (InternalIP)", addresses);
            findings.add(finding("node-addresses", node.name(), fault, addresses.toString()));
        }
        return findings;
    }

    private static List<Finding> podIps(Playground playground) {
        List<Finding> findings = new ArrayList<>();
        List<NodeView> nodes = playground.nodes();
        for (PodView pod : playground.readyPods()) {
            Optional<String> fault =
                    pod.ready()
                            ? missingFamily("status.podIPs", pod.ips())
                                    .or(() -> strayAddress(pod, nodes))
                            : Optional.of("the pod is not Ready: phase " + pod.phase());
            String subject = "%s on %s".formatted(pod.name(), pod.nodeName());
            findings.add(finding("pod-ips", subject, fault, pod.ips().toString()));
        }
        return findings;
    }

    private static Optional<String> strayAddress(PodView pod, List<NodeView> nodes) {
        List<Prefix> blocks =
                nodes.stream()
                        .filter(node -> node.name().equals(pod.nodeName()))
                        .flatMap(node -> node.podCidrs().stream())
                        .toList();
        return pod.ips().stream()
                .filter(ip -> blocks.stream().noneMatch(block -> block.contains(ip)))
                .map(ip -> "%s is in none of the node's podCIDRs %s".formatted(ip, blocks))
                .findFirst();
    }

    private static Optional<String> missingFamily(String field, List<Addr> addresses) {
        for (IpFamily family : IpFamily.values()) {
            if (addresses.stream().noneMatch(address -> address.family() == family)) {
                return Optional.of("%s is %s: no %s address".formatted(field, addresses, family));
            }
        }
        return Optional.empty();
    }

    private static Finding finding(
            String step, String subject, Optional<String> fault, String seen) {
        return fault.map(reason -> Finding.failed(step, subject, reason))
                .orElseGet(() -> Finding.passed(step, subject, seen));
    }
}
