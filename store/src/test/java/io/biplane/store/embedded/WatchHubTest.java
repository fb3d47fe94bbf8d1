package io.biplane.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.store.Recording;
import io.biplane.store.WatchFailedException;
import io.biplane.store.disk.RecordReader;
import io.biplane.store.disk.StoreFiles;
import io.biplane.store.disk.StoreRecord;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.AbstractList;
import java.util.Iterator;
import java.util.List;

/** The thread that passes commits on, when something unforeseen happens to it. */
class WatchHubTest {
    @TempDir Path directory;

    private static Commit commit(long revision) {
        StoreRecord record =
                StoreRecord.following(0, revision, revision, "/a", new byte[] {1}, 1, 0);
        return new Commit(revision, List.of(new Commit.Event(null, new Version(record, null))));
    }

    /** A group of one commit that cannot be walked through. */
    private static List<Commit> impassable(long revision) {
        return new AbstractList<>() {
            @Override
            public Commit get(int index) {
                return commit(revision);
            }

            @Override
            public int size() {
                return 1;
            }

            @Override
            public Iterator<Commit> iterator() {
                throw new IllegalStateException("unforeseen");
            }
        };
    }

    /**
     * More groups than the queue takes: a publisher that has ended would let this wait for ever.
     */
    @Test
    @Timeout(60)
    void whateverHappensTheCommittingThreadIsNotHeldUp() throws Exception {
        try (StoreFiles files = StoreFiles.open(directory);
                RecordReader reader = files.newReader();
                WatchHub hub =
                        new WatchHub(
                                new Index(new SortedVersions(new Version[0]), 1, 0),
                                new ValueCache(1 << 20, reader),
                                EmbeddedOptions.DEFAULTS)) {
            hub.start();
            passOn(hub);
        }
    }

    private static void passOn(WatchHub hub) throws InterruptedException {
        var first = new Recording();
        var _ = hub.watch("/", "0", 1, first);
        hub.publish(List.of(commit(2)));
        first.awaitRevision(2);
        hub.publish(impassable(3));
        assertThat(first.awaitCancelled()).isInstanceOf(WatchFailedException.class);
        var second = new Recording();
        var _ = hub.watch("/", "0", 3, second);
        for (int revision = 4; revision < 3000; revision++) {
            hub.publish(List.of(commit(revision)));
            second.awaitRevision(revision);
        }
        assertThat(second.batches()).hasSize(2996);
        assertThat(first.batches()).hasSize(1);
    }
}
