package io.biplane.apiserver.allocation;

import io.biplane.api.Json;
import io.biplane.api.Kinds;
import io.biplane.api.StatusException;
import io.biplane.netip.Prefix;
import io.biplane.store.Store;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Pod subnets of Nodes. The node IPAM controller proposes them, the write that stores them claims
 * them: two nodes never get the same one, whichever controllers run.
 */
final class NodeAllocation implements Allocation {
    private final ClaimLedger ledger;

    NodeAllocation(Store store) {
        this.ledger = new ClaimLedger(store);
    }

    @Override
    public Claims plan(ObjectNode node, @Nullable ObjectNode old, boolean dryRun) {
        Map<String, Prefix> held = old == null ? Map.of() : keys(old);
        Map<String, Prefix> wanted = keys(node);
        wanted.forEach((key, prefix) -> {
            Optional<Owner> owner = held.containsKey(key) ? Optional.empty() : ledger.owner(key);
            if (owner.isPresent()) {
                throw StatusException.conflict(
                        Kinds.NODES,
                        Json.string(node, "metadata", "name"),
                        "podCIDR %s is already allocated to node \"%s\""
                                .formatted(prefix, owner.get().name()));
            }
        });
        return dryRun
                ? Claims.NONE
                : ledger.change(held.keySet(), wanted.keySet(), Owner.of(Kinds.NODES, node));
    }

    @Override
    public Claims release(ObjectNode node) {
        return ledger.change(keys(node).keySet(), Set.of(), Owner.of(Kinds.NODES, node));
    }

    /** What cannot be read is left to validation, which refuses it. */
    private static Map<String, Prefix> keys(ObjectNode node) {
        Map<String, Prefix> keys = new LinkedHashMap<>();
        for (JsonNode text : Json.at(node, "spec", "podCIDRs")) {
            prefix(text.stringValue(""))
                    .ifPresent(prefix -> keys.put(ClaimKeys.podCidr(prefix), prefix));
        }
        return keys;
    }

    private static Optional<Prefix> prefix(String text) {
        try {
            return Optional.of(Prefix.parseMasked(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
