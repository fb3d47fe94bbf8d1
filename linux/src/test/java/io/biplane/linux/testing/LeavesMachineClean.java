package io.biplane.linux.testing;

import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.kernel.KernelNftables;
import io.biplane.linux.route.Link;
import io.biplane.linux.route.RouteSocket;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Fails a test class that leaves a named namespace, or a link or an nftables table in the namespace
 * it was started in. Several builds may share a machine: outside of CI (environment variable {@code
 * CI}) only what bears the name of this JVM's {@link TestNamespaces} counts.
 */
public final class LeavesMachineClean implements BeforeAllCallback, AfterAllCallback {
    private static final ExtensionContext.Namespace STORE =
            ExtensionContext.Namespace.create(LeavesMachineClean.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        context.getStore(STORE).put("before", seen());
    }

    @Override
    public void afterAll(ExtensionContext context) {
        @SuppressWarnings("unchecked") // put there by beforeAll
        SortedSet<String> before = (SortedSet<String>) context.getStore(STORE).get("before");
        if (before == null) {
            return; // the class was skipped
        }
        // The kernel tidies up a namespace's links some time after its name is gone.
        Eventually.holds(
                Duration.ofSeconds(10),
                () -> {
                    List<String> left = new ArrayList<>(seen());
                    left.removeAll(before);
                    if (System.getenv("CI") == null) {
                        left.removeIf(name -> !name.contains(TestNamespaces.PREFIX));
                    }
                    return left.isEmpty() ? "" : "left behind: " + left;
                });
    }

    private static SortedSet<String> seen() {
        SortedSet<String> seen = new TreeSet<>();
        NetworkNamespace.list().forEach(name -> seen.add("namespace " + name));
        try (NetworkNamespace here = NetworkNamespace.current();
                RouteSocket routes = RouteSocket.open(here);
                KernelNftables nft = KernelNftables.open(here)) {
            routes.links().stream().map(Link::name).forEach(name -> seen.add("link " + name));
            nft.tables().stream().map(Table::toString).forEach(name -> seen.add("table " + name));
        }
        return seen;
    }
}
