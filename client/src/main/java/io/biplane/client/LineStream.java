package io.biplane.client;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** An answer that arrives line by line (a watch). Read by one thread, closed by any. */
public interface LineStream extends AutoCloseable {
    /** The HTTP status; other than 200 the lines are the body of an error. */
    int code();

    /**
     * Waits for the next line.
     *
     * @return the line without its end, or null when the server has ended the stream
     * @throws IOException when the connection broke, or the stream was closed here
     */
    byte @Nullable [] next() throws IOException;

    /** Ends the stream; a reader that waits wakes up. */
    @Override
    void close();
}
