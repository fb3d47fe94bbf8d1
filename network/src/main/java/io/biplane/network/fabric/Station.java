package io.biplane.network.fabric;

import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.route.RouteSocket;
import io.biplane.linux.route.desired.DesiredNetwork;

import java.util.List;

/** A namespace that takes part in the fabric, and the way to its links. */
record Station(NetworkNamespace namespace, RouteSocket socket) implements AutoCloseable {
    static Station of(NetworkNamespace namespace) {
        return new Station(namespace, RouteSocket.open(namespace));
    }

    /** The namespace of that name; made if it is not there. */
    static Station ensure(String name) {
        return of(Namespaces.ensure(name));
    }

    /**
     * Gives the namespace what it lacks; links have been made before.
     *
     * @return what was missing or wrong
     */
    List<String> repair(DesiredNetwork desired) {
        return desired.restore(socket);
    }

    @Override
    public void close() {
        socket.close();
        namespace.close();
    }
}
