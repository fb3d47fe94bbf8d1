package io.biplane.node.standin;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.ImmediateEventExecutor;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The stand-in of one pod: its open sockets by container and port.
 *
 * <p>{@link #serve} is idempotent: sockets that are wanted and open stay untouched, so that a
 * changed list of ports interrupts no connection. If the namespace at the pod's path has become
 * another one, everything is opened anew there.
 *
 * <p>Whoever holds the lock may wait for the event loops, which register and close sockets. So they
 * never take it: answers read {@link #pod()} alone, and a container exits on a thread of its own.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a socket that closes late or badly harms nobody
final class PodServer implements AutoCloseable {
    private final SocketOpener opener;
    private final Consumer<PodServer> onExit;

    /** Closed here since they were opened last: the JDK may hold them for a moment. */
    @GuardedBy("this")
    private final Set<Port> closed = new HashSet<>();

    /** Changed under the lock, read without. */
    private volatile ServedPod pod;

    @GuardedBy("this")
    private long netnsInode;

    @GuardedBy("this")
    private final Map<Port, Channel> open = new HashMap<>();

    /** Accepted connections by container: they would keep a detached namespace alive. */
    private final ConcurrentMap<String, ChannelGroup> connections = new ConcurrentHashMap<>();

    @GuardedBy("this")
    private final Map<Port, String> failures = new HashMap<>();

    @GuardedBy("this")
    private final Map<String, Integer> exitCodes = new HashMap<>();

    PodServer(ServedPod pod, SocketOpener opener, Consumer<PodServer> onExit) {
        this.pod = pod;
        this.opener = opener;
        this.onExit = onExit;
    }

    /**
     * Makes the open sockets those of {@code next}; what cannot be opened shows in {@link #state}.
     */
    synchronized ServedState serve(ServedPod next) {
        long inode = inode(next);
        if (inode != netnsInode) {
            closeAll();
            netnsInode = inode;
        }
        if (next.run() > pod.run()) {
            exitCodes.clear();
        }
        pod = next;
        List<Port> wanted = wantedPorts();
        close(port -> !wanted.contains(port));
        failures.clear();
        List<Port> missing = new ArrayList<>(wanted);
        missing.removeAll(open.keySet());
        for (var opened : opener.open(next, missing, closed, this).entrySet()) {
            keep(opened.getKey(), opened.getValue());
        }
        closed.clear();
        return state();
    }

    @GuardedBy("this")
    private void keep(Port port, SocketOpener.Opened opened) {
        switch (opened) {
            case SocketOpener.Opened.Listening(Channel channel) -> open.put(port, channel);
            case SocketOpener.Opened.Refused(String reason) -> failures.put(port, reason);
        }
    }

    @GuardedBy("this")
    private List<Port> wantedPorts() {
        List<Port> wanted = new ArrayList<>();
        for (ServedContainer container : pod.containers()) {
            if (!exitCodes.containsKey(container.name())) {
                container.tcpPorts().forEach(n -> wanted.add(new Port.Tcp(container.name(), n)));
                container.udpPorts().forEach(n -> wanted.add(new Port.Udp(container.name(), n)));
            }
        }
        return wanted;
    }

    /** As defined last; never waits. */
    ServedPod pod() {
        return pod;
    }

    synchronized ServedState state() {
        Map<String, ServedState.Container> states = new TreeMap<>();
        for (ServedContainer container : pod.containers()) {
            states.put(container.name(), state(container.name()));
        }
        return new ServedState(pod, states);
    }

    @GuardedBy("this")
    private ServedState.Container state(String container) {
        Integer code = exitCodes.get(container);
        if (code != null) {
            return new ServedState.Container.Exited(code);
        }
        return failures.entrySet().stream()
                .filter(e -> e.getKey().container().equals(container))
                .findFirst()
                .<ServedState.Container>map(
                        e -> new ServedState.Container.Failed(e.getKey() + ": " + e.getValue()))
                .orElseGet(ServedState.Container.Listening::new);
    }

    /** A connection that ends with its container. */
    void accepted(String container, Channel connection) {
        connections
                .computeIfAbsent(
                        container, _ -> new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE))
                .add(connection);
    }

    /**
     * The container was asked to exit: its ports are closed and stay so until the next run. Not to
     * be called by an event loop.
     */
    void exit(String container, int code) {
        synchronized (this) {
            exitCodes.put(container, code);
            close(port -> port.container().equals(container));
        }
        ChannelGroup ended = connections.remove(container);
        if (ended != null) {
            ended.close();
        }
        onExit.accept(this);
    }

    @Override
    public synchronized void close() {
        closeAll();
    }

    @GuardedBy("this")
    private void closeAll() {
        close(_ -> true);
        connections.values().forEach(ChannelGroup::close);
        connections.clear();
    }

    @GuardedBy("this")
    private void close(Predicate<Port> which) {
        for (var each = open.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<Port, Channel> port = each.next();
            if (which.test(port.getKey()) || !port.getValue().isOpen()) {
                port.getValue().close().awaitUninterruptibly();
                closed.add(port.getKey());
                each.remove();
            }
        }
    }

    /** The namespace's inode; 0 if there is none at the path (opening will say so). */
    private static long inode(ServedPod pod) {
        try {
            return (Long) Files.getAttribute(pod.netns(), "unix:ino");
        } catch (IOException absent) {
            return 0;
        }
    }
}
