package io.biplane.network.fabric;

/** A range that the cluster needs is routed elsewhere by the host; the message has the remedy. */
public final class NetworkClashException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    public NetworkClashException(String message) {
        super(message);
    }
}
