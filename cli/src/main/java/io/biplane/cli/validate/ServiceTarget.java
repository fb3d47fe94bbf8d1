package io.biplane.cli.validate;

import io.biplane.api.view.EndpointSliceView;
import io.biplane.api.view.NodeView;
import io.biplane.api.view.ServiceView;
import io.biplane.cli.validate.Vantage.Kind;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;

import java.util.ArrayList;
import java.util.List;

/**
 * An address and port at which a Service must answer.
 *
 * @param service namespace and name
 * @param fromOutside whether a host outside can be expected to reach it: a node's port, not a
 *     cluster IP
 * @param hasEndpoints whether somebody is there to answer; if not, a refusal at once is right
 */
record ServiceTarget(
        String service,
        Addr address,
        int port,
        boolean udp,
        boolean fromOutside,
        boolean hasEndpoints) {
    /** All targets of a Service: each cluster IP, and each node's addresses for a node port. */
    static List<ServiceTarget> of(
            ServiceView service, List<EndpointSliceView> slices, List<NodeView> nodes) {
        List<ServiceTarget> targets = new ArrayList<>();
        for (Addr clusterIp : service.headless() ? List.<Addr>of() : service.clusterIps()) {
            IpFamily family = clusterIp.family();
            for (ServiceView.Port port : service.ports()) {
                if (port.protocol().equals("SCTP")) {
                    continue; // the nftables proxy serves TCP and UDP
                }
                boolean udp = port.protocol().equals("UDP");
                boolean ready = hasEndpoints(service, family, port, slices);
                String name = service.namespace() + "/" + service.name();
                targets.add(new ServiceTarget(name, clusterIp, port.port(), udp, false, ready));
                for (NodeView node : port.nodePort() == 0 ? List.<NodeView>of() : nodes) {
                    node.internalIp(family)
                            .ifPresent(ip ->
                                    targets.add(
                                            new ServiceTarget(
                                                    name, ip, port.nodePort(), udp, true, ready)));
                }
            }
        }
        return targets;
    }

    private static boolean hasEndpoints(
            ServiceView service,
            IpFamily family,
            ServiceView.Port port,
            List<EndpointSliceView> slices) {
        return slices.stream()
                .filter(slice -> slice.namespace().equals(service.namespace()))
                .filter(slice -> slice.service().equals(service.name()))
                .filter(slice -> slice.family().filter(f -> f == family).isPresent())
                .filter(slice ->
                        slice.ports().stream()
                                .flatMap(List::stream)
                                .anyMatch(p -> p.name().equals(port.name())))
                .flatMap(slice -> slice.endpoints().stream())
                .anyMatch(EndpointSliceView.Endpoint::ready);
    }

    boolean reachableFrom(Vantage vantage) {
        return vantage.families().contains(address.family())
                && (fromOutside || vantage.kind() != Kind.OUTSIDE);
    }

    /** {@code default/web tcp [fd00:10:96::7]:80}. */
    @Override
    public String toString() {
        String host = address.family() == IpFamily.IPV6 ? "[" + address + "]" : address.toString();
        return "%s %s %s:%d".formatted(service, udp ? "udp" : "tcp", host, port);
    }
}
