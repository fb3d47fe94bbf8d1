package io.biplane.client.informer;

import org.jspecify.annotations.Nullable;

/**
 * Told of every change, in order, under the informer's lock: put a key into a queue and return, at
 * a cost that does not grow with the number of objects.
 */
@FunctionalInterface
public interface Listener<T> {
    /**
     * Something changed.
     *
     * @param before null when the object is new
     * @param after null when the object has gone
     */
    void changed(@Nullable T before, @Nullable T after);
}
