package io.biplane.linux.testing;

import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.route.Change;
import io.biplane.linux.route.RouteSocket;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Network namespaces of one test, under names that no other process uses; they go when the test
 * ends. Use it as a {@code @RegisterExtension} field, or in a try statement.
 */
public final class TestNamespaces implements AutoCloseable, AfterEachCallback {
    /** Names begin with this; it holds the process id. */
    public static final String PREFIX = "bpt%d-".formatted(ProcessHandle.current().pid());

    private static final AtomicInteger NEXT = new AtomicInteger(1);

    private final List<NetworkNamespace> made = new ArrayList<>();

    /** A new namespace with its loopback link up. */
    public NetworkNamespace create() {
        NetworkNamespace namespace = NetworkNamespace.create(name());
        made.add(namespace);
        try (RouteSocket routes = RouteSocket.open(namespace)) {
            routes.apply(Change.SetLink.up("lo"));
        }
        return namespace;
    }

    /** A name for a namespace that the test makes and deletes by itself. */
    public static String name() {
        return PREFIX + NEXT.getAndIncrement();
    }

    @Override
    public void close() {
        for (NetworkNamespace namespace : made.reversed()) {
            namespace.close();
            NetworkNamespace.delete(namespace.name());
        }
        made.clear();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close();
    }
}
