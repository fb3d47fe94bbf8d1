package io.biplane.proxy.service;

import io.biplane.netip.Addr;

import java.util.Comparator;

/**
 * Where a connection can end: the address of a pod (or of anything that a slice lists) and a port.
 */
public record Endpoint(Addr address, int port) implements Comparable<Endpoint> {
    private static final Comparator<Endpoint> ORDER =
            Comparator.comparing(Endpoint::address).thenComparingInt(Endpoint::port);

    public Endpoint {
        Frontend.requirePort(port);
    }

    @Override
    public int compareTo(Endpoint other) {
        return ORDER.compare(this, other);
    }
}
