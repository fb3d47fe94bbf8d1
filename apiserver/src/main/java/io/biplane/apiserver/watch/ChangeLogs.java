package io.biplane.apiserver.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.api.Resource;
import io.biplane.store.Store;
import io.biplane.store.StoreClosedException;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/** The shared log of each kind, opened when the first watcher comes. */
public final class ChangeLogs implements AutoCloseable {
    private final Store store;

    @GuardedBy("this")
    private final Map<Resource, ChangeLog> shared = new HashMap<>();

    @GuardedBy("this")
    private boolean closed;

    public ChangeLogs(Store store) {
        this.store = store;
    }

    Store store() {
        return store;
    }

    /**
     * The shared log if it reaches back to the revision, or null: then the watcher needs a log of
     * its own, until it has caught up.
     *
     * @throws StoreClosedException once this is closed, and so is the store for all watchers
     */
    synchronized @Nullable ChangeLog sharedFrom(Resource resource, long revision) {
        if (closed) {
            throw new StoreClosedException();
        }
        ChangeLog log = shared.get(resource);
        if (log == null || !log.covers(Long.MAX_VALUE)) {
            log = ChangeLog.shared(store, resource, revision);
            shared.put(resource, log);
        }
        return log.covers(revision) ? log : null;
    }

    @Override
    public synchronized void close() {
        closed = true;
        shared.values().forEach(ChangeLog::close);
        shared.clear();
    }
}
