package io.biplane.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.store.CompactedException;
import io.biplane.store.Lease;
import io.biplane.store.Op;
import io.biplane.store.Range;
import io.biplane.store.Recording;
import io.biplane.store.Store;
import io.biplane.store.Txn;
import io.biplane.store.memory.MemoryStore;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Random operations on the embedded store and on the in-memory one, which must always agree; also
 * after being opened again.
 */
class EmbeddedStoreModelTest {
    private static final Duration LONG = Duration.ofHours(1);

    /** Small bounds, so that eviction, compaction and deletion of garbage all happen. */
    private static final EmbeddedOptions SMALL =
            EmbeddedOptions.DEFAULTS
                    .withCacheBytes(4096)
                    .withHistory(200, 1 << 20, Duration.ofMinutes(5));

    /** At most four records a step, of the 150 that compaction leaves. */
    private static final int STEPS_AHEAD = 25;

    @TempDir Path directory;

    /** Lease ids of the store to those of the model. */
    private final Map<Long, Long> modelLease = new HashMap<>();

    @Test
    void agreesWithTheModel() {
        long seed = Seeds.next();
        run(seed, 3_000);
    }

    @Test
    @Tag("long")
    void agreesWithTheModelForLong() {
        for (int i = 0; i < 40; i++) {
            run(new SecureRandom().nextLong(), 25_000);
        }
    }

    private void run(long seed, int steps) {
        var random = new RandomOperations(seed);
        Path path = directory.resolve("store-" + seed);
        Store store = EmbeddedStore.open(path, SMALL);
        var heard = new Recording();
        var expected = new Recording();
        try (var model = new MemoryStore()) {
            store.watch("/k/1/", "/k/3/", 1, heard);
            model.watch("/k/1/", "/k/3/", 1, expected);
            for (int step = 0; step < steps; step++) {
                if (step % STEPS_AHEAD == 0) {
                    // A watch that falls behind the little history there is would be cancelled.
                    heard.awaitRevision(putLast(store, model));
                }
                int choice = random.next(200);
                if (choice == 0) {
                    Lease a = store.grantLease(LONG);
                    Lease b = model.grantLease(LONG);
                    modelLease.put(a.id(), b.id());
                } else if (choice == 1 && !store.leases().isEmpty()) {
                    Lease lease = store.leases().get(random.next(store.leases().size()));
                    store.revokeLease(lease.id());
                    model.revokeLease(modelLease.getOrDefault(lease.id(), Lease.NONE));
                    modelLease.remove(lease.id());
                } else if (choice == 2) {
                    assertSame(store, model, seed, step);
                } else if (choice == 3 && step > steps / 2) {
                    // the watch ends with the store: compare what it heard before
                    assertSameHeard(store, heard, model, expected);
                    store.close();
                    store = EmbeddedStore.open(path, SMALL);
                    heard = new Recording();
                    expected = new Recording();
                    store.watch("/k/1/", "/k/3/", store.revision(), heard);
                    model.watch("/k/1/", "/k/3/", store.revision(), expected);
                } else {
                    Txn txn = random.txn(store);
                    assertThat(store.commit(txn))
                            .as("seed %d step %d", seed, step)
                            .isEqualTo(model.commit(translated(txn)));
                }
            }
            assertSame(store, model, seed, steps);
            assertSameHeard(store, heard, model, expected);
            store.close();
            store = EmbeddedStore.open(path, SMALL);
            assertSame(store, model, seed, steps);
        } finally {
            store.close();
        }
    }

    /** The same transaction under the model's lease ids. */
    private Txn translated(Txn txn) {
        return new Txn(
                txn.conditions(),
                txn.ops().stream()
                        .map(op ->
                                op instanceof Op.Put put && put.lease() != Lease.NONE
                                        ? new Op.Put(
                                                put.key(),
                                                put.value(),
                                                modelLease.getOrDefault(put.lease(), Lease.NONE))
                                        : op)
                        .toList());
    }

    private static void assertSame(Store store, Store model, long seed, int step) {
        assertThat(store.revision()).as("seed %d step %d", seed, step).isEqualTo(model.revision());
        long oldest = Math.max(1, store.compactedRevision());
        long middle = (oldest + store.revision()) / 2;
        for (long at : List.of(oldest, middle, store.revision())) {
            Range found;
            try {
                found = RandomOperations.everything(store, at);
            } catch (CompactedException e) {
                // It goes on behind the last commit; what it has passed is rightly refused.
                assertThat(store.compactedRevision()).isGreaterThan(at);
                continue;
            }
            assertThat(found)
                    .as("seed %d step %d revision %d", seed, step, at)
                    .isEqualTo(RandomOperations.everything(model, at));
        }
    }

    /** Both watches deliver in their own time: one more change tells when all was heard. */
    private static void assertSameHeard(
            Store store, Recording heard, Store model, Recording expected) {
        long last = putLast(store, model);
        assertThat(heard.awaitRevision(last)).isEqualTo(expected.awaitRevision(last));
    }

    /** A change that the watches hear; returns its revision. */
    private static long putLast(Store store, Store model) {
        Txn last = Txn.put("/k/2/last", new byte[] {1});
        assertThat(store.commit(last)).isEqualTo(model.commit(last));
        return store.revision();
    }
}
