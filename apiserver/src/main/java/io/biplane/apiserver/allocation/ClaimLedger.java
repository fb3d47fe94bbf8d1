package io.biplane.apiserver.allocation;

import io.biplane.store.Condition;
import io.biplane.store.KeyValue;
import io.biplane.store.Op;
import io.biplane.store.Store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Looks claims up, and turns the difference between what an object held and what it will hold into
 * conditions and operations.
 */
final class ClaimLedger {
    private final Store store;

    ClaimLedger(Store store) {
        this.store = store;
    }

    Optional<Owner> owner(String key) {
        return store.get(key).map(Owner::read);
    }

    boolean isTaken(String key) {
        return store.get(key).isPresent();
    }

    /**
     * What a write must add to its transaction.
     *
     * @param before keys that the stored object holds
     * @param after keys that the object will hold
     */
    Claims change(Set<String> before, Set<String> after, Owner owner) {
        return change(before, after, owner, owner::claim);
    }

    /**
     * As above.
     *
     * @param value of a key's claim; it has the owner's fields and may have more
     */
    Claims change(
            Set<String> before, Set<String> after, Owner owner, Function<String, byte[]> value) {
        List<Condition> conditions = new ArrayList<>();
        List<Op> ops = new ArrayList<>();
        for (String key : after) {
            if (!before.contains(key)) {
                conditions.add(new Condition.Absent(key));
                ops.add(new Op.Put(key, value.apply(key)));
            }
        }
        for (String key : before) {
            if (!after.contains(key)) {
                release(key, owner, conditions, ops);
            }
        }
        return new Claims(conditions, ops);
    }

    /**
     * Only a claim of the owner's own is let go: an object restored by hand may name what another
     * one holds.
     */
    private void release(String key, Owner owner, List<Condition> conditions, List<Op> ops) {
        Optional<KeyValue> claim = store.get(key);
        if (claim.isPresent() && owner.holds(claim.get())) {
            conditions.add(new Condition.ModRevisionIs(key, claim.get().modRevision()));
            ops.add(new Op.Delete(key));
        }
    }
}
