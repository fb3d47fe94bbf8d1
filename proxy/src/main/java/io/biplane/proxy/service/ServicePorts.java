package io.biplane.proxy.service;

import io.biplane.api.view.EndpointSliceView;
import io.biplane.api.view.ServiceView;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.TransportProtocol;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** From one Service and its EndpointSlices to its {@link ServicePort}s. */
final class ServicePorts {
    /** Services with this label are left to the proxy that it names. */
    private static final String OTHER_PROXY_LABEL = "service.kubernetes.io/service-proxy-name";

    private ServicePorts() {}

    /**
     * The ports of {@code service} in each family in which it has a cluster address. Headless and
     * ExternalName Services have none.
     *
     * @param slices the Service's slices; those of other address types are passed over
     * @param before what this returned for the Service the last time, for the endpoints' order
     */
    static List<ServicePort> of(
            ServiceView service,
            Collection<EndpointSliceView> slices,
            Collection<ServicePort> before) {
        if (service.headless()
                || service.isExternalName()
                || service.meta().labels().containsKey(OTHER_PROXY_LABEL)) {
            return List.of();
        }
        List<ServicePort> ports = new ArrayList<>();
        for (Addr clusterIp : service.clusterIps()) {
            for (ServiceView.Port port : service.ports()) {
                of(service, clusterIp, port, slices).ifPresent(p -> ports.add(inOrder(p, before)));
            }
        }
        return ports;
    }

    private static Optional<ServicePort> of(
            ServiceView service,
            Addr clusterIp,
            ServiceView.Port port,
            Collection<EndpointSliceView> slices) {
        IpFamily family = clusterIp.family();
        return TransportProtocol.ofApiName(port.protocol())
                .filter(protocol -> protocol != TransportProtocol.SCTP) // not forwarded
                .map(protocol ->
                        new ServicePort(
                                new ServiceName(service.namespace(), service.name()),
                                port.name(),
                                family,
                                protocol,
                                frontends(clusterIp, protocol, port),
                                List.copyOf(endpoints(family, port, slices))));
    }

    private static List<Frontend> frontends(
            Addr clusterIp, TransportProtocol protocol, ServiceView.Port port) {
        List<Frontend> frontends = new ArrayList<>(2);
        frontends.add(new Frontend.ClusterIp(clusterIp, protocol, port.port()));
        if (port.nodePort() != 0) {
            frontends.add(new Frontend.NodePort(clusterIp.family(), protocol, port.nodePort()));
        }
        return frontends;
    }

    /** The ready endpoints; when there are none, those that still serve while they terminate. */
    private static Set<Endpoint> endpoints(
            IpFamily family, ServiceView.Port port, Collection<EndpointSliceView> slices) {
        Set<Endpoint> ready = new LinkedHashSet<>();
        Set<Endpoint> draining = new LinkedHashSet<>();
        for (EndpointSliceView slice : slices) {
            Optional<Integer> target =
                    slice.family().filter(family::equals).flatMap(_ -> targetPort(port, slice));
            if (target.isEmpty()) {
                continue;
            }
            for (EndpointSliceView.Endpoint endpoint : slice.endpoints()) {
                if (endpoint.addresses().isEmpty()
                        || endpoint.addresses().getFirst().family() != family) {
                    continue;
                }
                Endpoint at = new Endpoint(endpoint.addresses().getFirst(), target.get());
                if (endpoint.ready()) {
                    ready.add(at);
                } else if (endpoint.serving() && endpoint.terminating()) {
                    draining.add(at);
                }
            }
        }
        return ready.isEmpty() ? draining : ready;
    }

    /** The slice's port of the same name and protocol; a named target port was resolved into it. */
    private static Optional<Integer> targetPort(ServiceView.Port port, EndpointSliceView slice) {
        return slice.ports().orElse(List.of()).stream()
                .filter(p -> p.name().equals(port.name()) && p.protocol().equals(port.protocol()))
                .map(EndpointSliceView.Port::port)
                .filter(number -> number >= 1 && number <= 65535)
                .findFirst();
    }

    private static ServicePort inOrder(ServicePort port, Collection<ServicePort> before) {
        List<Endpoint> known =
                before.stream()
                        .filter(port::samePort)
                        .findFirst()
                        .map(ServicePort::endpoints)
                        .orElse(List.of());
        return new ServicePort(
                port.service(),
                port.name(),
                port.family(),
                port.protocol(),
                port.frontends(),
                EndpointOrder.keep(known, new LinkedHashSet<>(port.endpoints())));
    }
}
