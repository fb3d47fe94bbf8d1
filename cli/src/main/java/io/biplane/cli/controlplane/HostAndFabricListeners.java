package io.biplane.cli.controlplane;

import io.biplane.apiserver.http.Listeners;
import io.biplane.linux.NamespaceThread;
import io.biplane.linux.NetworkNamespace;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * The sockets of the API server: on the loopback addresses of the host, for people and their tools,
 * and on the fabric's gateway addresses, for nodes and pods. The process itself lives in the
 * fabric.
 */
final class HostAndFabricListeners {
    private static final System.Logger LOG =
            System.getLogger(HostAndFabricListeners.class.getName());
    private static final List<Addr> LOOPBACK = List.of(Addr.parse("127.0.0.1"), Addr.parse("::1"));

    private HostAndFabricListeners() {}

    /**
     * @param host the host's network namespace
     * @param gateways addresses of this process's own namespace
     * @throws UncheckedIOException if an address that must be served cannot be bound
     */
    static List<ServerSocketChannel> open(NetworkNamespace host, List<Addr> gateways, int port) {
        List<ServerSocketChannel> listeners = new ArrayList<>();
        gateways.forEach(gateway -> listeners.add(bind(gateway, port)));
        for (Addr loopback : LOOPBACK) {
            try {
                listeners.add(NamespaceThread.in(host, () -> bind(loopback, port)));
            } catch (UncheckedIOException e) {
                if (loopback.family() == IpFamily.IPV4) {
                    throw e;
                }
                // A host may have IPv6 disabled; its people then use the IPv4 address.
                LOG.log(
                        Level.WARNING,
                        () ->
                                "not listening address=[%s]:%d reason=%s"
                                        .formatted(loopback, port, e.getMessage()));
            }
        }
        return listeners;
    }

    private static ServerSocketChannel bind(Addr address, int port) {
        try {
            return Listeners.open(address, port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
