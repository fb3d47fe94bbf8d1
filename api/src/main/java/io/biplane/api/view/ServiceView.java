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
import java.util.stream.Stream;

/**
 * A Service.
 *
 * @param type ClusterIP, NodePort, LoadBalancer or ExternalName
 * @param clusterIps in their order, the primary first; empty when headless or ExternalName
 * @param headless {@code clusterIP: None}
 * @param families {@code ipFamilies} in their order
 * @param selector empty when the endpoints are kept by someone else
 * @param loadBalancerIps addresses of {@code status.loadBalancer.ingress}
 * @param sourceRanges {@code loadBalancerSourceRanges}
 * @param clientIpTimeoutSeconds of session affinity ClientIP; empty when affinity is None
 */
public record ServiceView(
        ObjectNode json,
        Meta meta,
        String type,
        List<Addr> clusterIps,
        boolean headless,
        List<IpFamily> families,
        List<Port> ports,
        Map<String, String> selector,
        boolean publishNotReadyAddresses,
        List<Addr> externalIps,
        List<Addr> loadBalancerIps,
        List<Prefix> sourceRanges,
        Optional<Integer> clientIpTimeoutSeconds,
        boolean externalTrafficLocal,
        boolean internalTrafficLocal,
        int healthCheckNodePort)
        implements Viewed {

    /**
     * A service port.
     *
     * @param name "" for the one port that may go without
     * @param protocol TCP, UDP or SCTP
     * @param targetPort a number or the name of a container port
     * @param nodePort 0 where there is none
     * @param appProtocol "" where absent
     */
    public record Port(
            String name,
            String protocol,
            int port,
            String targetPort,
            int nodePort,
            String appProtocol) {}

    /** The affinity timeout of a Service that names none: three hours. */
    private static final int DEFAULT_AFFINITY_SECONDS = 10800;

    /** Views the tree of a Service. */
    public static ServiceView of(ObjectNode service) {
        String clusterIp = Fields.text(service, "spec", "clusterIP");
        List<String> clusterIps = Fields.texts(service, "spec", "clusterIPs");
        List<Addr> addresses = Fields.addrs(clusterIps.isEmpty() ? List.of(clusterIp) : clusterIps);
        return new ServiceView(
                service,
                Meta.of(service),
                Fields.optionalText(service, "spec", "type").orElse("ClusterIP"),
                addresses,
                clusterIp.equals("None") || clusterIps.equals(List.of("None")),
                families(service, addresses),
                Fields.list(service, "spec", "ports").stream().map(ServiceView::port).toList(),
                Fields.map(service, "spec", "selector"),
                Fields.flag(service, "spec", "publishNotReadyAddresses"),
                Fields.addrs(Fields.texts(service, "spec", "externalIPs")),
                Fields.addrs(
                        Fields.list(service, "status", "loadBalancer", "ingress").stream()
                                .map(entry -> Fields.text(entry, "ip"))
                                .toList()),
                Fields.prefixes(Fields.texts(service, "spec", "loadBalancerSourceRanges")),
                affinity(service),
                Fields.text(service, "spec", "externalTrafficPolicy").equals("Local"),
                Fields.text(service, "spec", "internalTrafficPolicy").equals("Local"),
                Fields.number(service, 0, "spec", "healthCheckNodePort"));
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

    /** The cluster address of one family. */
    public Optional<Addr> clusterIp(IpFamily family) {
        return clusterIps.stream().filter(ip -> ip.family() == family).findFirst();
    }

    public boolean isExternalName() {
        return type.equals("ExternalName");
    }

    /**
     * {@code ipFamilies}; else (an older API server) the old {@code ipFamily}; else the addresses'.
     */
    private static List<IpFamily> families(JsonNode service, List<Addr> clusterIps) {
        List<IpFamily> listed =
                Stream.concat(
                                Fields.texts(service, "spec", "ipFamilies").stream(),
                                Fields.optionalText(service, "spec", "ipFamily").stream())
                        .distinct()
                        .map(IpFamily::ofApiName)
                        .toList();
        return listed.isEmpty() ? clusterIps.stream().map(Addr::family).toList() : listed;
    }

    private static Optional<Integer> affinity(JsonNode service) {
        if (!Fields.text(service, "spec", "sessionAffinity").equals("ClientIP")) {
            return Optional.empty();
        }
        return Optional.of(
                Fields.number(
                        service,
                        DEFAULT_AFFINITY_SECONDS,
                        "spec",
                        "sessionAffinityConfig",
                        "clientIP",
                        "timeoutSeconds"));
    }

    private static Port port(JsonNode port) {
        String number = Fields.text(port, "port");
        return new Port(
                Fields.text(port, "name"),
                Fields.optionalText(port, "protocol").orElse("TCP"),
                Fields.number(port, 0, "port"),
                Fields.optionalText(port, "targetPort").filter(t -> !t.equals("0")).orElse(number),
                Fields.number(port, 0, "nodePort"),
                Fields.text(port, "appProtocol"));
    }
}
