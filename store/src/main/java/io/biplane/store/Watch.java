package io.biplane.store;

/** A running watch. */
public interface Watch extends AutoCloseable {
    /** Asks for a {@link WatchListener#progress} call soon, behind the changes queued before it. */
    void requestProgress();

    /** Ends the watch; at most a call that is already under way still reaches the listener. */
    @Override
    void close();
}
