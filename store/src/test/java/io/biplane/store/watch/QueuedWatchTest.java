package io.biplane.store.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.store.Recording;
import io.biplane.store.WatchBatch;

import org.junit.jupiter.api.Test;

import java.util.List;

class QueuedWatchTest {
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
}
