package io.biplane.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.store.Recording;
import io.biplane.store.SlowWatcherException;
import io.biplane.store.Store;
import io.biplane.store.StoreException;
import io.biplane.store.Txn;
import io.biplane.store.WatchBatch;
import io.biplane.store.WatchListener;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Queues are bounded, history is bounded, and idle watches hear of progress. */
class SlowWatcherTest {
    @TempDir Path directory;

    /** Takes nothing until it is released. */
    private static final class Stuck implements WatchListener {
        final CountDownLatch release = new CountDownLatch(1);
        final Recording heard = new Recording();

        @Override
        public void changed(WatchBatch batch) {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            heard.changed(batch);
        }

        @Override
        public void cancelled(StoreException reason) {
            heard.cancelled(reason);
        }
    }

    @Test
    void aWatchWhoseQueueIsFullIsCancelledAndOthersAreNot() {
        try (var store =
                EmbeddedStore.open(directory, EmbeddedOptions.DEFAULTS.withQueues(10, 100))) {
            var stuck = new Stuck();
            var other = new Recording();
            store.watch("", Store.prefixEnd(""), 1, stuck);
            store.watch("", Store.prefixEnd(""), 1, other);
            for (int i = 0; i < 20; i++) {
                store.commit(Txn.put("/a", new byte[] {1}));
                other.awaitRevision(store.revision());
            }
            stuck.release.countDown();
            assertThat(stuck.heard.awaitCancelled())
                    .isInstanceOf(SlowWatcherException.class)
                    .hasMessageMatching(
                            "watch of .* was cancelled: its listener is 10 batches behind; watch again from the last revision seen");
            assertThat(other.batches()).hasSize(20);
        }
    }

    @Test
    void aWatchThatHoldsCompactionBackTooLongIsCancelled() {
        var options = EmbeddedOptions.DEFAULTS.withHistory(100, 1 << 20, Duration.ofMinutes(5));
        try (var store = EmbeddedStore.open(directory, options)) {
            var stuck = new Stuck();
            store.watch("/only", "/only!", 1, stuck);
            store.commit(Txn.put("/only", new byte[] {1}));
            for (int i = 0; i < 1_000; i++) {
                store.commit(Txn.put("/a", new byte[] {1}));
            }
            stuck.release.countDown();
            assertThat(stuck.heard.awaitCancelled()).isInstanceOf(SlowWatcherException.class);
            assertThat(store.compactedRevision()).isGreaterThan(800);
        }
    }

    @Test
    void idleWatchesHearOfProgress() {
        try (var store =
                EmbeddedStore.open(
                        directory,
                        EmbeddedOptions.DEFAULTS.withProgressInterval(Duration.ofMillis(20)))) {
            var heard = new Recording();
            store.watch("/a", "/b", 1, heard);
            store.commit(Txn.put("/elsewhere", new byte[] {1}));
            assertThat(heard.awaitProgress()).isBetween(1L, 2L);
        }
    }
}
