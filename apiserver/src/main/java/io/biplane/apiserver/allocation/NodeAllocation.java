package io.biplane.apiserver.allocation;

import io.biplane.api.Fields;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.netip.Prefix;
import io.biplane.store.Condition;
import io.biplane.store.Store;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Pod subnets of Nodes. The node IPAM controller proposes them, the write that stores them claims
 * them: no two nodes ever have subnets that overlap, whichever controllers and people write them.
 */
final class NodeAllocation implements Allocation {
    private final ClaimLedger ledger;
    private final PodCidrClaims claims;

    NodeAllocation(Store store) {
        this.ledger = new ClaimLedger(store);
        this.claims = new PodCidrClaims(store);
    }

    @Override
    public Claims plan(ObjectNode node, @Nullable ObjectNode old, boolean dryRun) {
        Set<Prefix> held = old == null ? Set.of() : prefixes(old);
        Set<Prefix> wanted = prefixes(node);
        Owner owner = Owner.of(Kinds.NODES, node);
        List<Condition> conditions = new ArrayList<>();
        Map<String, byte[]> values = new LinkedHashMap<>();
        for (Prefix prefix : wanted) {
            if (!held.contains(prefix)) {
                checkFree(prefix, owner);
                conditions.addAll(PodCidrClaims.free(prefix));
            }
            byte[] value = PodCidrClaims.value(prefix, owner);
            PodCidrClaims.keys(prefix).forEach(key -> values.put(key, value));
        }
        if (dryRun) {
            return Claims.NONE;
        }
        Claims change = ledger.change(keys(held), values.keySet(), owner, values::get);
        conditions.addAll(change.conditions());
        return new Claims(conditions, change.ops());
    }

    private void checkFree(Prefix prefix, Owner owner) {
        Optional<PodCidrClaims.Held> other = claims.overlapping(prefix, owner.uid());
        if (other.isPresent()) {
            Prefix taken = other.get().prefix();
            String what = taken.equals(prefix) ? "" : "overlaps " + taken + ", which ";
            throw StatusException.conflict(
                    Kinds.NODES,
                    owner.name(),
                    "podCIDR %s %sis already allocated to node \"%s\""
                            .formatted(prefix, what, other.get().owner().name()));
        }
    }

    @Override
    public Claims release(ObjectNode node) {
        return ledger.change(keys(prefixes(node)), Set.of(), Owner.of(Kinds.NODES, node));
    }

    private static Set<String> keys(Set<Prefix> prefixes) {
        Set<String> keys = new LinkedHashSet<>();
        prefixes.forEach(prefix -> keys.addAll(PodCidrClaims.keys(prefix)));
        return keys;
    }

    /** What cannot be read is left to validation, which refuses it. */
    private static Set<Prefix> prefixes(ObjectNode node) {
        Set<Prefix> prefixes = new LinkedHashSet<>();
        for (JsonNode text : Fields.at(node, "spec", "podCIDRs")) {
            prefix(text.stringValue("")).ifPresent(prefixes::add);
        }
        return prefixes;
    }

    private static Optional<Prefix> prefix(String text) {
        try {
            return Optional.of(Prefix.parseMasked(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
