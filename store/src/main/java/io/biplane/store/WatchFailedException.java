package io.biplane.store;

import java.io.Serial;

/** Something unforeseen happened while changes were passed on; a watch may have missed some. */
public final class WatchFailedException extends StoreException {
    @Serial private static final long serialVersionUID = 1;

    public WatchFailedException(String from, String toExclusive, Throwable cause) {
        super(
                "watch of [%s, %s) was cancelled: %s; watch again from the last revision seen"
                        .formatted(from, toExclusive, cause),
                cause);
    }
}
