package io.biplane.apiserver.allocation;

import io.biplane.store.Condition;
import io.biplane.store.Op;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What one write adds to its store transaction: every claim that is put must have been absent. */
public record Claims(List<Condition> conditions, List<Op> ops) {
    /** Nothing to claim, nothing to let go. */
    public static final Claims NONE = new Claims(List.of(), List.of());

    /** Copies the lists. */
    public Claims {
        conditions = List.copyOf(conditions);
        ops = List.copyOf(ops);
    }

    /** Both together. */
    Claims with(Claims other) {
        List<Op> all = new ArrayList<>(ops);
        all.addAll(other.ops);
        return new Claims(conditions, all).provided(other.conditions);
    }

    /** The same, if these conditions hold as well. */
    Claims provided(Collection<Condition> further) {
        List<Condition> all = new ArrayList<>(conditions);
        all.addAll(further);
        return new Claims(all, ops);
    }
}
