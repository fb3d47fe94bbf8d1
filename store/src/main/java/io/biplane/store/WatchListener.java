package io.biplane.store;

/** Takes what a watch delivers; see {@link Store#watch} for the order and the threads. */
public interface WatchListener {
    void changed(WatchBatch batch);

    /**
     * Every change up to this revision was delivered; comes at intervals while nothing else does,
     * and on request.
     */
    default void progress(long revision) {}

    /** The store ended the watch, not the listener's side; nothing comes after it. */
    void cancelled(StoreException reason);
}
