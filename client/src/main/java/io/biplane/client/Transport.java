package io.biplane.client;

/** The way to an API server. Safe for use by many threads; calls block, so use virtual ones. */
public interface Transport extends AutoCloseable {
    /**
     * Sends a request and waits for the whole answer.
     *
     * @throws java.io.UncheckedIOException when the server cannot be reached or the connection
     *     broke
     */
    Response send(Request request);

    /**
     * Sends a request whose answer has no known end, and returns when its head has come.
     *
     * @throws java.io.UncheckedIOException when the server cannot be reached
     */
    LineStream stream(Request request);

    /** Ends the streams that are open and gives back what the transport holds. */
    @Override
    void close();
}
