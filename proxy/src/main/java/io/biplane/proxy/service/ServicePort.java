package io.biplane.proxy.service;

import io.biplane.netip.IpFamily;
import io.biplane.netip.TransportProtocol;

import java.util.List;

/**
 * One port of a Service in one family: connections to a frontend are spread evenly over the
 * endpoints, and refused when there are none.
 *
 * @param name the port's name, "" when it has none
 * @param endpoints without duplicates; those that were there before keep their places as far as
 *     possible ({@link EndpointOrder}), so that few kernel elements change
 */
public record ServicePort(
        ServiceName service,
        String name,
        IpFamily family,
        TransportProtocol protocol,
        List<Frontend> frontends,
        List<Endpoint> endpoints) {

    public ServicePort {
        frontends = List.copyOf(frontends);
        endpoints = List.copyOf(endpoints);
        for (Frontend frontend : frontends) {
            if (frontend.family() != family || frontend.protocol() != protocol) {
                throw new IllegalArgumentException(
                        "%s does not belong to %s %s".formatted(frontend, family, protocol));
            }
        }
        for (Endpoint endpoint : endpoints) {
            if (endpoint.address().family() != family) {
                throw new IllegalArgumentException("%s is not %s".formatted(endpoint, family));
            }
        }
    }

    /** Whether {@code other} is this port at another time. */
    boolean samePort(ServicePort other) {
        return family == other.family && protocol == other.protocol && name.equals(other.name);
    }

    ServicePort withFrontends(List<Frontend> some) {
        return new ServicePort(service, name, family, protocol, some, endpoints);
    }
}
