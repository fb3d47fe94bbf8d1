package io.biplane.store.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.store.CompactedException;
import io.biplane.store.Recording;
import io.biplane.store.WatchBatch;
import io.biplane.store.WatchFailedException;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

class QueuedWatchTest {
    /** A batch that cannot be made, or a listener with a bug: neither may wait for ever. */
    @Test
    void aWatchThatFailsIsCancelledAloud() {
        var heard = new Recording();
        List<QueuedWatch> ended = new CopyOnWriteArrayList<>();
        var watch = new QueuedWatch("/", "0", 1, 10, heard, () -> 1, ended::add);
        watch.offer(
                2,
                () -> {
                    throw new StackOverflowError("a value that cannot be read");
                });
        assertThat(heard.awaitCancelled())
                .isInstanceOf(WatchFailedException.class)
                .hasMessageContaining("a value that cannot be read");
        assertThat(ended).containsExactly(watch);
        watch.offer(3, () -> new WatchBatch(3, List.of()));
        assertThat(heard.batches()).isEmpty();
    }

    @Test
    void aStoresOwnReasonIsPassedOn() {
        var heard = new Recording();
        var watch = new QueuedWatch("/", "0", 1, 10, heard, () -> 1, _ -> {});
        watch.offer(
                2,
                () -> {
                    throw new CompactedException(2, 5);
                });
        assertThat(heard.awaitCancelled()).isInstanceOf(CompactedException.class);
    }

    @Test
    void progressIsNeverBehindWhatWasHeard() {
        var heard = new Recording();
        // Published is what all watches were offered, which trails what one of them was.
        var watch = new QueuedWatch("/", "0", 1, 10, heard, () -> 1, _ -> {});
        watch.offer(2, () -> new WatchBatch(2, List.of()));
        watch.requestProgress();
        assertThat(heard.awaitProgress()).isEqualTo(2);
        assertThat(heard.batches()).hasSize(1);
    }

    /** As a store does that offers under the lock under which it knows what is published. */
    @Test
    void nothingIsLockedWhileTheStoreIsAsked() {
        var heard = new Recording();
        List<QueuedWatch> asked = new CopyOnWriteArrayList<>();
        LongSupplier published =
                () -> {
                    Runnable offer =
                            () -> asked.getFirst().offer(2, () -> new WatchBatch(2, List.of()));
                    Thread committing = Thread.ofPlatform().daemon().start(offer);
                    try {
                        assertThat(committing.join(Duration.ofSeconds(20))).isTrue();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return 2;
                };
        asked.add(new QueuedWatch("/", "0", 1, 10, heard, published, _ -> {}));
        asked.getFirst().requestProgress();
        assertThat(heard.awaitProgress()).isEqualTo(2);
        assertThat(heard.batches()).hasSize(1);
    }
}
