package io.biplane.proxy.nftables;

import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.NftMap;
import io.biplane.linux.nftables.Value;
import io.biplane.proxy.service.Endpoint;
import io.biplane.proxy.service.Frontend;
import io.biplane.proxy.service.ServiceName;
import io.biplane.proxy.service.ServicePort;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** The elements that one port of a Service needs. Two ports may need the same one. */
final class PortElements {
    /** The Service whose endpoints are the cluster's API servers. */
    private static final ServiceName API_SERVER = new ServiceName("default", "kubernetes");

    private PortElements() {}

    static void of(ServicePort port, ServiceSets sets, BiConsumer<NamedSet, Element> out) {
        if (port.service().equals(API_SERVER)) {
            Value protocol = Value.Protocol.of(port.protocol());
            for (Endpoint server : port.endpoints()) {
                Value address = Value.of(server.address());
                out.accept(
                        sets.apiServers(),
                        Element.of(address, protocol, Value.port(server.port())));
            }
        }
        if (port.frontends().isEmpty()) {
            return;
        }
        for (Frontend frontend : port.frontends()) {
            switch (frontend) {
                case Frontend.ClusterIp ip -> {
                    Value address = Value.of(ip.address());
                    out.accept(sets.clusterIps(), Element.of(address));
                    forward(
                            List.of(address, protocol(ip), Value.port(ip.port())),
                            port.endpoints(),
                            ServiceChains.Kind.CLUSTER_IP,
                            sets.services(),
                            sets.endpoints(),
                            out);
                }
                case Frontend.NodePort node ->
                        forward(
                                List.of(protocol(node), Value.port(node.port())),
                                port.endpoints(),
                                ServiceChains.Kind.NODE_PORT,
                                sets.nodePorts(),
                                sets.nodePortEndpoints(),
                                out);
            }
        }
        for (Endpoint endpoint : port.endpoints()) {
            Value address = Value.of(endpoint.address());
            out.accept(sets.hairpins(), Element.of(address, address));
        }
    }

    private static void forward(
            List<Value> from,
            List<Endpoint> endpoints,
            ServiceChains.Kind kind,
            NftMap verdicts,
            NftMap places,
            BiConsumer<NamedSet, Element> out) {
        out.accept(verdicts, Element.of(from, ServiceChains.verdict(kind, endpoints.size())));
        for (int place = 0; place < endpoints.size(); place++) {
            Endpoint endpoint = endpoints.get(place);
            List<Value> key = new ArrayList<>(from);
            key.add(Value.number(place));
            out.accept(
                    places,
                    Element.of(
                            key,
                            List.of(Value.of(endpoint.address()), Value.port(endpoint.port()))));
        }
    }

    private static Value protocol(Frontend frontend) {
        return Value.Protocol.of(frontend.protocol());
    }
}
