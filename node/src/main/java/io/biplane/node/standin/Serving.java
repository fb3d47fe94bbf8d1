package io.biplane.node.standin;

import io.netty.channel.EventLoopGroup;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** All pods that this process serves, by uid; used by control connections' threads. */
final class Serving implements AutoCloseable {
    private final ConcurrentMap<String, PodServer> pods = new ConcurrentHashMap<>();
    private final List<Consumer<ServedState>> exitListeners = new CopyOnWriteArrayList<>();
    private final SocketOpener opener;
    private final Runnable onChange;

    /**
     * @param onChange called after the set of pods or a pod's definition changed
     */
    Serving(EventLoopGroup loops, Runnable onChange) {
        this.opener = new SocketOpener(loops);
        this.onChange = onChange;
    }

    /** Serves the pod from now on, as defined; what is open and still wanted stays open. */
    ServedState serve(ServedPod pod) {
        PodServer server =
                pods.computeIfAbsent(pod.uid(), _ -> new PodServer(pod, opener, this::exited));
        ServedState state = server.serve(pod);
        onChange.run();
        return state;
    }

    /** Closes the pod's sockets; unknown uids are no error. */
    void stop(Collection<String> uids) {
        uids.forEach(uid -> Optional.ofNullable(pods.remove(uid)).ifPresent(PodServer::close));
        onChange.run();
    }

    List<ServedState> list() {
        return pods.values().stream().map(PodServer::state).toList();
    }

    List<ServedPod> definitions() {
        return pods.values().stream().map(PodServer::pod).toList();
    }

    /** The listener hears of each container that exits, until the returned handle is closed. */
    Runnable onExit(Consumer<ServedState> listener) {
        exitListeners.add(listener);
        return () -> exitListeners.remove(listener);
    }

    private void exited(PodServer server) {
        ServedState state = server.state();
        exitListeners.forEach(listener -> listener.accept(state));
    }

    @Override
    public void close() {
        pods.values().forEach(PodServer::close);
    }
}
