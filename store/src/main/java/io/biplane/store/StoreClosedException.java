package io.biplane.store;

import java.io.Serial;

/** The store was closed. */
public final class StoreClosedException extends StoreException {
    @Serial private static final long serialVersionUID = 1;

    public StoreClosedException() {
        super("the store is closed");
    }
}
