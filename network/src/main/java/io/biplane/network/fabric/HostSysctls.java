package io.biplane.network.fabric;

import io.biplane.linux.Errno;
import io.biplane.linux.NamespaceThread;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.SyscallException;
import io.biplane.linux.Sysctl;
import io.biplane.linux.route.Link;
import io.biplane.linux.route.RouteSocket;
import io.biplane.netip.IpFamily;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The sysctls that the host needs to let pods out: forwarding in the families that it has.
 *
 * <p>Switching forwarding on has side effects, and all of them are recorded in the {@link
 * SysctlLedger} before anything is changed: {@code ip_forward} rewrites every link's {@code
 * forwarding} and {@code all/accept_redirects}; IPv6's rewrites every link's, and a link with
 * {@code accept_ra=1} would lose its default route, for which it gets {@code accept_ra=2} first.
 * Several clusters share the settings: the first to come records and sets, the last to go puts
 * back. A cluster is there while anything of it shows: its link on the host, its fabric's name, or
 * a process in its fabric. The first and the last show in every mount namespace; a name need not.
 *
 * <p>Keys are written with slashes, for a link's name may hold a dot.
 */
final class HostSysctls {
    private static final String OWN_LINKS = "bp-";
    private static final String IPV4_FORWARD = "net/ipv4/ip_forward";
    private static final String IPV6_FORWARD = "net/ipv6/conf/all/forwarding";

    private final HostSide host;

    HostSysctls(HostSide host) {
        this.host = host;
    }

    /**
     * Records what will change, then changes it; a second time changes nothing. The cluster's link
     * is on the host already, so that others see it there from the record on.
     */
    void acquire(String cluster, NetworkNamespace fabric) {
        try (SysctlLedger ledger = SysctlLedger.lock(host.ledger())) {
            dropTheDead(ledger, cluster);
            Map<String, String> wanted = new LinkedHashMap<>();
            Map<String, String> before = new LinkedHashMap<>();
            plan(wanted, before);
            before.forEach(ledger.original()::putIfAbsent);
            ledger.users().put(cluster, fabric.inode());
            ledger.save();
            write(wanted);
        }
    }

    /**
     * Switches forwarding on again where somebody else has switched it off.
     *
     * @return what was otherwise
     */
    List<String> repair(String cluster, NetworkNamespace fabric) {
        List<String> off = new ArrayList<>();
        boolean ipv6 = host.families().contains(IpFamily.IPV6);
        inHost(() -> {
            for (String key : new String[] {IPV4_FORWARD, IPV6_FORWARD}) {
                if ((ipv6 || key.equals(IPV4_FORWARD)) && "0".equals(read(key))) {
                    off.add(key + " was 0");
                }
            }
        });
        if (!off.isEmpty()) {
            acquire(cluster, fabric);
        }
        return off;
    }

    /** Puts everything back if no other cluster needs it. */
    void release(String cluster) {
        try (SysctlLedger ledger = SysctlLedger.lock(host.ledger())) {
            ledger.users().remove(cluster);
            dropTheDead(ledger, cluster);
        }
    }

    private void dropTheDead(SysctlLedger ledger, String caller) {
        Set<String> links = ownLinks();
        ledger.users()
                .entrySet()
                .removeIf(user ->
                        !user.getKey().equals(caller)
                                && !links.contains(OWN_LINKS + user.getKey())
                                && !NetworkNamespace.exists(user.getKey() + "-fabric")
                                && !NetworkNamespace.hasProcesses(user.getValue()));
        // A link of a cluster that has recorded nothing here: it found the sysctls as they are.
        links.remove(OWN_LINKS + caller);
        if (ledger.users().isEmpty() && links.isEmpty() && !ledger.original().isEmpty()) {
            write(ledger.original());
            ledger.original().clear();
        }
        ledger.save();
    }

    /** The links of all clusters on this host. */
    private Set<String> ownLinks() {
        try (RouteSocket socket = RouteSocket.open(host.namespace())) {
            return socket.links().stream()
                    .map(Link::name)
                    .filter(name -> name.startsWith(OWN_LINKS))
                    .collect(Collectors.toCollection(HashSet::new));
        }
    }

    /**
     * What to write, in order, and the values that writing it changes (with the same keys first).
     */
    private void plan(Map<String, String> wanted, Map<String, String> before) {
        List<String> devices = new ArrayList<>(List.of("default"));
        try (RouteSocket socket = RouteSocket.open(host.namespace())) {
            socket.links().stream()
                    .map(Link::name)
                    .filter(name -> !name.startsWith(OWN_LINKS))
                    .forEach(devices::add);
        }
        boolean ipv6 = host.families().contains(IpFamily.IPV6);
        inHost(() -> {
            if (ipv6) {
                planIpv6(devices, wanted, before);
            }
            if (!"1".equals(read(IPV4_FORWARD))) {
                wanted.put(IPV4_FORWARD, "1");
                record(IPV4_FORWARD, before);
                record("net/ipv4/conf/all/accept_redirects", before);
                devices.forEach(d -> record("net/ipv4/conf/%s/forwarding".formatted(d), before));
            }
        });
    }

    private static void planIpv6(
            List<String> devices, Map<String, String> wanted, Map<String, String> before) {
        boolean forwarding = "1".equals(read(IPV6_FORWARD));
        if (!forwarding) {
            record(IPV6_FORWARD, before);
            devices.forEach(d -> record("net/ipv6/conf/%s/forwarding".formatted(d), before));
            for (String device : devices) {
                String acceptRa = "net/ipv6/conf/%s/accept_ra".formatted(device);
                if ("1".equals(read(acceptRa))) {
                    record(acceptRa, before);
                    wanted.put(acceptRa, "2");
                }
            }
            wanted.put(IPV6_FORWARD, "1");
        }
    }

    private static void record(String key, Map<String, String> before) {
        Optional.ofNullable(read(key)).ifPresent(value -> before.put(key, value));
    }

    /** In order; values that are so already are left alone, for writing them has side effects. */
    private void write(Map<String, String> values) {
        inHost(() ->
                values.forEach((key, value) -> {
                    String now = read(key);
                    if (now != null && !now.equals(value)) {
                        Sysctl.set(key, value);
                    }
                }));
    }

    /** In the calling thread's namespace; null where there is no such key (a link that is gone). */
    private static @Nullable String read(String key) {
        try {
            return Sysctl.get(key);
        } catch (SyscallException e) {
            if (e.errno() == Errno.ENOENT) {
                return null;
            }
            throw e;
        }
    }

    private void inHost(Runnable work) {
        NamespaceThread.in(
                host.namespace(),
                () -> {
                    work.run();
                    return host;
                });
    }
}
