package io.biplane.store;

import org.jspecify.annotations.Nullable;

import java.io.Serial;

/** The store could not do what was asked; callers branch on the subclass. */
public abstract class StoreException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    protected StoreException(String message) {
        super(message);
    }

    protected StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
