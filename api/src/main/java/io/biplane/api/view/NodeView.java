package io.biplane.api.view;

import io.biplane.api.Fields;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Node.
 *
 * @param podCidrs {@code spec.podCIDRs}, the primary first
 * @param addresses {@code status.addresses} as written, names among them
 * @param allocatable {@code status.allocatable} as quantities
 */
public record NodeView(
        ObjectNode json,
        Meta meta,
        List<Prefix> podCidrs,
        List<Address> addresses,
        boolean unschedulable,
        List<Taint> taints,
        Map<String, String> allocatable,
        List<Condition> conditions)
        implements Viewed {

    /** An entry of {@code status.addresses}; {@code type} is InternalIP, ExternalIP, Hostname, … */
    public record Address(String type, String address) {}

    /** An entry of {@code spec.taints}. */
    public record Taint(String key, String value, String effect) {}

    /** Views the tree of a Node. */
    public static NodeView of(ObjectNode node) {
        List<String> cidrs = Fields.texts(node, "spec", "podCIDRs");
        return new NodeView(
                node,
                Meta.of(node),
                Fields.prefixes(
                        cidrs.isEmpty()
                                ? Fields.optionalText(node, "spec", "podCIDR").stream().toList()
                                : cidrs),
                Fields.list(node, "status", "addresses").stream().map(NodeView::address).toList(),
                Fields.flag(node, "spec", "unschedulable"),
                Fields.list(node, "spec", "taints").stream().map(NodeView::taint).toList(),
                Fields.map(node, "status", "allocatable"),
                Condition.listOf(node));
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

    /** The node's block of pod addresses of one family. */
    public Optional<Prefix> podCidr(IpFamily family) {
        return podCidrs.stream().filter(cidr -> cidr.family() == family).findFirst();
    }

    /** All addresses of a type, in their order; {@code type} is "InternalIP" or "ExternalIP". */
    public List<Addr> ips(String type) {
        return Fields.addrs(
                addresses.stream()
                        .filter(a -> a.type().equals(type))
                        .map(Address::address)
                        .toList());
    }

    /** The first InternalIP of one family. */
    public Optional<Addr> internalIp(IpFamily family) {
        return ips("InternalIP").stream().filter(ip -> ip.family() == family).findFirst();
    }

    /** Whether condition Ready is True. */
    public boolean ready() {
        return conditions.stream().anyMatch(c -> c.type().equals("Ready") && c.isTrue());
    }

    private static Address address(JsonNode entry) {
        return new Address(Fields.text(entry, "type"), Fields.text(entry, "address"));
    }

    private static Taint taint(JsonNode entry) {
        return new Taint(
                Fields.text(entry, "key"),
                Fields.text(entry, "value"),
                Fields.text(entry, "effect"));
    }
}
