package io.biplane.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.store.disk.RecordReader;
import io.biplane.store.disk.StoreFiles;
import io.biplane.store.disk.StoreRecord;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayDeque;

class ValueCacheTest {
    @TempDir Path directory;

    private static Version version(long n) {
        return new Version(StoreRecord.following(0, n, n, "/node", new byte[1000], 1, 0), null);
    }

    @Test
    void whatCompactionDropsIsNotHeldOnTo() {
        try (StoreFiles files = StoreFiles.open(directory);
                RecordReader reader = files.newReader()) {
            var cache = new ValueCache(32 << 20, reader);
            var history = new ArrayDeque<Version>();
            int most = 0;
            for (int n = 1; n <= 100_000; n++) {
                history.add(version(n));
                cache.add(history.getLast());
                if (history.size() > 1000) {
                    cache.drop(history.remove());
                }
                most = Math.max(most, cache.held());
            }
            assertThat(most).isLessThan(5_000);
            assertThat(history.getLast().value).isNotNull();
        }
    }

    @Test
    void valuesBeyondTheCapacityAreLetGoOf() {
        try (StoreFiles files = StoreFiles.open(directory);
                RecordReader reader = files.newReader()) {
            var cache = new ValueCache(10 * 1100, reader);
            Version first = version(1);
            cache.add(first);
            for (int n = 2; n <= 20; n++) {
                cache.add(version(n));
            }
            assertThat(first.value).isNull();
            assertThat(cache.held()).isEqualTo(10);
        }
    }
}
