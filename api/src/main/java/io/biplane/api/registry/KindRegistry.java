package io.biplane.api.registry;

import io.biplane.api.Resource;

/**
 * The kinds that a server serves, or a client knows: some at first, others while it runs. Safe for
 * any number of threads; whoever needs several answers that fit together asks one {@link #current}.
 */
public final class KindRegistry {
    /** Written only under the lock of this object. */
    private volatile KindSet current;

    public KindRegistry(KindSet first) {
        this.current = first;
    }

    /** The kinds of now; later changes do not show in what is returned. */
    public KindSet current() {
        return current;
    }

    /**
     * Serves one more kind, or another one under the same name, from now on.
     *
     * @throws IllegalArgumentException if another kind has one of its names
     */
    public synchronized void put(Kind kind) {
        current = current.with(kind);
    }

    /** Serves the kind with that name no longer. */
    public synchronized void remove(Resource resource) {
        current = current.without(resource);
    }
}
