package io.biplane.proxy.service;

import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.TransportProtocol;

/** What a client connects to. No two Services have the same one. */
public sealed interface Frontend {

    IpFamily family();

    TransportProtocol protocol();

    /** 1…65535. */
    int port();

    /** A port of a Service's cluster address. */
    record ClusterIp(Addr address, TransportProtocol protocol, int port) implements Frontend {
        public ClusterIp {
            requirePort(port);
        }

        @Override
        public IpFamily family() {
            return address.family();
        }
    }

    /** A port on every address of the node, loopback excepted. */
    record NodePort(IpFamily family, TransportProtocol protocol, int port) implements Frontend {
        public NodePort {
            requirePort(port);
        }
    }

    /**
     * @throws IllegalArgumentException if {@code port} is not in 1…65535
     */
    static void requirePort(int port) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port %d is not in 1..65535".formatted(port));
        }
    }
}
