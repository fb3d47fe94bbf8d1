package io.biplane.store;

import java.io.Serial;

/** The listener did not keep up, and its queue was full. */
public final class SlowWatcherException extends StoreException {
    @Serial private static final long serialVersionUID = 1;

    public SlowWatcherException(String from, String toExclusive, int queued) {
        super(
                "watch of [%s, %s) was cancelled: its listener is %d batches behind; watch again from the last revision seen"
                        .formatted(from, toExclusive, queued));
    }
}
