package io.biplane.api.view;

import io.biplane.api.Fields;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A Pod. {@code nodeName}, {@code phase}, {@code hostname}, {@code subdomain} are "" where absent.
 *
 * @param ips {@code status.podIPs} in their order, the primary first
 * @param hostIps {@code status.hostIPs} in their order
 * @param containerPorts the declared ports of all containers, and of init containers that keep
 *     running
 */
public record PodView(
        ObjectNode json,
        Meta meta,
        String nodeName,
        String phase,
        boolean hostNetwork,
        List<Addr> ips,
        List<Addr> hostIps,
        String hostname,
        String subdomain,
        List<Port> containerPorts,
        List<Condition> conditions)
        implements Viewed {

    /**
     * A declared container port.
     *
     * @param hostPort 0 where none is asked for
     */
    public record Port(
            String container, String name, int containerPort, int hostPort, String protocol) {}

    /** Views the tree of a Pod. */
    public static PodView of(ObjectNode pod) {
        return new PodView(
                pod,
                Meta.of(pod),
                Fields.text(pod, "spec", "nodeName"),
                Fields.text(pod, "status", "phase"),
                Fields.flag(pod, "spec", "hostNetwork"),
                ips(pod, "podIPs", "podIP"),
                ips(pod, "hostIPs", "hostIP"),
                Fields.text(pod, "spec", "hostname"),
                Fields.text(pod, "spec", "subdomain"),
                ports(pod),
                Condition.listOf(pod));
    }

    public String namespace() {
        return meta.namespace();
    }

    public String name() {
        return meta.name();
    }

    public String uid() {
        return meta.uid();
    }

    public Map<String, String> labels() {
        return meta.labels();
    }

    /** The address of one family. */
    public Optional<Addr> ip(IpFamily family) {
        return ips.stream().filter(ip -> ip.family() == family).findFirst();
    }

    /** Whether condition Ready is True. */
    public boolean ready() {
        return conditions.stream().anyMatch(c -> c.type().equals("Ready") && c.isTrue());
    }

    /** Whether deletion was asked for. */
    public boolean terminating() {
        return meta.deleting();
    }

    /** Whether all containers have ended for good (phase Succeeded or Failed). */
    public boolean terminal() {
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    private static List<Addr> ips(JsonNode pod, String list, String single) {
        List<String> texts =
                Fields.list(pod, "status", list).stream()
                        .map(entry -> Fields.text(entry, "ip"))
                        .toList();
        return Fields.addrs(texts.isEmpty() ? List.of(Fields.text(pod, "status", single)) : texts);
    }

    private static List<Port> ports(JsonNode pod) {
        List<Port> ports = new ArrayList<>();
        Stream.concat(
                        Fields.list(pod, "spec", "containers").stream(),
                        Fields.list(pod, "spec", "initContainers").stream()
                                .filter(c -> Fields.text(c, "restartPolicy").equals("Always")))
                .forEach(container -> {
                    for (JsonNode port : Fields.list(container, "ports")) {
                        ports.add(port(container, port));
                    }
                });
        return List.copyOf(ports);
    }

    private static Port port(JsonNode container, JsonNode port) {
        return new Port(
                Fields.text(container, "name"),
                Fields.text(port, "name"),
                Fields.number(port, 0, "containerPort"),
                Fields.number(port, 0, "hostPort"),
                Fields.optionalText(port, "protocol").orElse("TCP"));
    }
}
