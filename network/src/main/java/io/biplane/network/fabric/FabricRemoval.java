package io.biplane.network.fabric;

import io.biplane.linux.MountNamespaces;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.SyscallException;
import io.biplane.linux.netlink.NetlinkException;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.kernel.KernelNftables;
import io.biplane.linux.route.Change;
import io.biplane.linux.route.RouteSocket;
import io.biplane.network.masquerade.HostEgress;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Takes a cluster's network away, part by part: one that cannot be removed does not save others.
 */
final class FabricRemoval {
    private final String cluster;
    private final HostSide host;
    private final List<String> problems = new ArrayList<>();
    private final List<Exception> causes = new ArrayList<>();

    FabricRemoval(String cluster, HostSide host) {
        this.cluster = cluster;
        this.host = host;
    }

    void run() {
        attempt("the host's sysctls", () -> new HostSysctls(host).release(cluster));
        attempt("the host's link bp-" + cluster, this::hostLink);
        attempt("the host's tables " + HostEgress.tableName(cluster), this::tables);
        attempt("namespaces in " + NetworkNamespace.DIRECTORY, this::namespaces);
        if (!problems.isEmpty()) {
            throw new FabricRemainsException(problems, causes.getFirst());
        }
    }

    private void attempt(String what, Runnable removal) {
        try {
            removal.run();
        } catch (SyscallException | NetlinkException | UncheckedIOException e) {
            causes.add(e);
            problems.add("%s not removed: %s".formatted(what, e.getMessage()));
            for (Throwable other : e.getSuppressed()) {
                problems.add("%s not removed: %s".formatted(what, other.getMessage()));
            }
        }
    }

    private void hostLink() {
        try (RouteSocket socket = RouteSocket.open(host.namespace())) {
            socket.ensure(new Change.DeleteLink("bp-" + cluster));
        }
    }

    private void tables() {
        try (Nftables nftables = KernelNftables.open(host.namespace())) {
            HostEgress.remove(nftables, cluster);
        }
    }

    /** Of the pods, the nodes, outside and fabric; not those of a cluster with a longer name. */
    private void namespaces() {
        Pattern ours =
                Pattern.compile(
                        Pattern.quote(cluster) + "-(pod-[^_]+_.+|node-\\d+|outside|fabric)");
        MountNamespaces.delete(name -> ours.matcher(name).matches());
    }
}
