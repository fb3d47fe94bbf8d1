package io.biplane.store.embedded;

import io.biplane.store.Condition;
import io.biplane.store.KeyValue;
import io.biplane.store.Lease;
import io.biplane.store.Op;
import io.biplane.store.Range;
import io.biplane.store.Store;
import io.biplane.store.Txn;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** A reproducible stream of transactions over few keys, so that they collide. */
final class RandomOperations {
    private static final int KEYS = 40;
    private static final int MAX_OPS = 6;
    private final RandomGenerator random;

    RandomOperations(long seed) {
        random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    int next(int bound) {
        return random.nextInt(bound);
    }

    private String key() {
        return "/k/" + random.nextInt(4) + "/" + random.nextInt(KEYS / 4);
    }

    private byte[] value() {
        // now and then one that does not fit into a page
        return ("v" + random.nextLong())
                .repeat(1 + (random.nextInt(20) == 0 ? random.nextInt(1000) : random.nextInt(8)))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** A transaction whose conditions hold often, but not always, in this store. */
    Txn txn(Store store) {
        var ops = new TreeMap<String, Op>();
        List<Condition> conditions = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(MAX_OPS); i++) {
            String key = key();
            ops.put(
                    key,
                    random.nextInt(3) == 0
                            ? new Op.Delete(key)
                            : new Op.Put(key, value(), lease(store)));
            if (random.nextBoolean()) {
                conditions.add(condition(key, store.get(key)));
            }
        }
        return new Txn(conditions, List.copyOf(ops.values()));
    }

    private long lease(Store store) {
        List<Lease> leases = random.nextInt(4) == 0 ? store.leases() : List.of();
        return leases.isEmpty() ? Lease.NONE : leases.get(random.nextInt(leases.size())).id();
    }

    private Condition condition(String key, Optional<KeyValue> now) {
        boolean lie = random.nextInt(10) == 0;
        if (now.isEmpty() != lie) {
            return new Condition.Absent(key);
        }
        return new Condition.ModRevisionIs(
                key, now.map(KeyValue::modRevision).orElse(1 + random.nextLong(100)));
    }

    /** All there is. */
    static Range everything(Store store, long revision) {
        return store.range("", Store.prefixEnd(""), revision, 0);
    }
}
