package io.biplane.store;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Operations on different keys that are applied together, if all conditions hold. */
public record Txn(List<Condition> conditions, List<Op> ops) {
    public Txn {
        conditions = List.copyOf(conditions);
        ops = List.copyOf(ops);
        if (conditions.size() > Store.MAX_TXN_OPS || ops.size() > Store.MAX_TXN_OPS) {
            throw new IllegalArgumentException(
                    "transaction of %d conditions and %d operations: at most %d of each"
                            .formatted(conditions.size(), ops.size(), Store.MAX_TXN_OPS));
        }
        long bytes = 0;
        Set<String> keys = HashSet.newHashSet(ops.size());
        for (Op op : ops) {
            if (!keys.add(op.key())) {
                throw new IllegalArgumentException(
                        "two operations on key " + op.key() + " in one transaction");
            }
            bytes += op instanceof Op.Put put ? put.value().length : 0;
        }
        if (bytes > Store.MAX_TXN_BYTES) {
            throw new IllegalArgumentException(
                    "transaction puts %d bytes: at most %d".formatted(bytes, Store.MAX_TXN_BYTES));
        }
    }

    /** Creates a key that must not exist yet. */
    public static Txn create(String key, byte[] value) {
        return new Txn(List.of(new Condition.Absent(key)), List.of(new Op.Put(key, value)));
    }

    /** Replaces a key that was last changed at {@code modRevision}. */
    public static Txn update(String key, long modRevision, byte[] value) {
        return new Txn(
                List.of(new Condition.ModRevisionIs(key, modRevision)),
                List.of(new Op.Put(key, value)));
    }

    /** Deletes a key that was last changed at {@code modRevision}. */
    public static Txn delete(String key, long modRevision) {
        return new Txn(
                List.of(new Condition.ModRevisionIs(key, modRevision)),
                List.of(new Op.Delete(key)));
    }

    /** Creates or replaces a key. */
    public static Txn put(String key, byte[] value) {
        return new Txn(List.of(), List.of(new Op.Put(key, value)));
    }
}
