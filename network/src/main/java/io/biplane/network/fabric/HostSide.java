package io.biplane.network.fabric;

import io.biplane.linux.MountNamespaces;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.SyscallException;
import io.biplane.linux.Sysctl;
import io.biplane.linux.route.Link;
import io.biplane.linux.route.Route;
import io.biplane.linux.route.RouteSocket;
import io.biplane.netip.IpFamily;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The host that a fabric is attached to: its network namespace, and where the ledger of its changed
 * sysctls is kept.
 *
 * @param ledgers a directory that lives as long as the sysctls do (on tmpfs, so that both are gone
 *     after a reboot)
 */
public record HostSide(NetworkNamespace namespace, Path ledgers) {
    private static final Path RUN = Path.of("/run");

    /** {@code /run} of the first process: all mount namespaces of a machine share its ledgers. */
    private static final Path FIRST_RUN = Path.of("/proc/1/root/run");

    /** The namespace of the calling process. */
    public static HostSide ofThisProcess() {
        return new HostSide(NetworkNamespace.current(), sharedLedgers());
    }

    /** The host with that network namespace. */
    public static HostSide of(NetworkNamespace namespace) {
        return new HostSide(namespace, sharedLedgers());
    }

    /** The host whose network namespace that file leads to. */
    public static HostSide of(Path namespace) {
        return new HostSide(NetworkNamespace.open(namespace), sharedLedgers());
    }

    private static Path sharedLedgers() {
        return (Files.isDirectory(FIRST_RUN) ? FIRST_RUN : RUN).resolve("biplane");
    }

    /** The families that the host itself can speak: no IPv6 where it is disabled by sysctl. */
    public List<IpFamily> families() {
        return ipv6Disabled() ? List.of(IpFamily.IPV4) : List.of(IpFamily.IPV4, IpFamily.IPV6);
    }

    private boolean ipv6Disabled() {
        try {
            return Sysctl.get(namespace, "net.ipv6.conf.all.disable_ipv6").equals("1");
        } catch (SyscallException noIpv6AtAll) {
            return true;
        }
    }

    /** All routes of the main table, of both families. */
    public List<HostRoute> routes() {
        try (RouteSocket socket = RouteSocket.open(namespace)) {
            Map<Integer, String> names =
                    socket.links().stream().collect(Collectors.toMap(Link::index, Link::name));
            List<HostRoute> routes = new ArrayList<>();
            for (IpFamily family : IpFamily.values()) {
                for (Route route : socket.routes(family)) {
                    if (route.table() == Route.MAIN) {
                        String device = names.getOrDefault(route.linkIndex(), "-");
                        routes.add(new HostRoute(route.destination(), route.via(), device));
                    }
                }
            }
            return routes;
        }
    }

    /**
     * The file of the ledger: one for each namespace, by its inode. Where the first process's files
     * are not ours to see, the one that a cluster in another mount namespace has begun is found by
     * the processes that there are.
     */
    Path ledger() {
        Path own = ledgers.resolve("host-%d.json".formatted(namespace.inode()));
        boolean shared = !ledgers.startsWith(RUN);
        return shared || Files.exists(own) ? own : MountNamespaces.elsewhere(own).orElse(own);
    }
}
