package io.biplane.store.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.store.Store;
import io.biplane.store.embedded.EmbeddedOptions;
import io.biplane.store.embedded.EmbeddedStore;
import io.biplane.store.memory.MemoryStore;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;

/** Single keys and claims of a store are linearizable. */
class StoreLinearizabilityTest {
    /** Small bounds, so that eviction, compaction and checkpoints are under way. */
    private static final EmbeddedOptions SMALL =
            EmbeddedOptions.DEFAULTS
                    .withCacheBytes(256)
                    .withHistory(200, 1 << 20, Duration.ofMinutes(5));

    @TempDir Path directory;

    @Test
    void theStoreInMemory() throws Exception {
        try (Store store = new MemoryStore()) {
            check(store, 5_000);
        }
    }

    @Test
    void theEmbeddedStore() throws Exception {
        try (Store store = EmbeddedStore.open(directory.resolve("store"), SMALL)) {
            check(store, 10_000);
        }
    }

    @Test
    @Tag("long")
    void theEmbeddedStoreForLong() throws Exception {
        for (int round = 0; round < 20; round++) {
            Path home = directory.resolve("store-" + round);
            try (Store store = EmbeddedStore.open(home, SMALL)) {
                check(store, 50_000);
            }
        }
    }

    private static void check(Store store, int operations) throws Exception {
        long seed = Seeds.next();
        assertThat(new StoreHistory(store, seed).violationsOf(operations)).isEmpty();
    }
}
