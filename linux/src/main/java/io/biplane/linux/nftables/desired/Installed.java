package io.biplane.linux.nftables.desired;

import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.Fingerprint;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.Nftables.InstalledRule;
import io.biplane.linux.nftables.Rule;
import io.biplane.linux.nftables.Table;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the kernel holds of one table, without the elements of its sets.
 *
 * @param table empty if there is no such table
 * @param chains by name
 * @param sets by name; without those of types that the model has no word for
 * @param rules by the names of their chains
 */
record Installed(
        Optional<Table> table,
        Map<String, Chain> chains,
        Map<String, NamedSet> sets,
        Map<String, List<InstalledRule>> rules) {
    static final Installed NOTHING = new Installed(Optional.empty(), Map.of(), Map.of(), Map.of());

    /**
     * @throws IllegalArgumentException or IllegalStateException if another program wrote what the
     *     model cannot hold
     */
    static Installed read(Nftables kernel, Table table) {
        Optional<Table> found = kernel.tables().stream().filter(table::sameAs).findFirst();
        return found.isEmpty()
                ? NOTHING
                : new Installed(
                        found,
                        byName(kernel.chains(table), Chain::name),
                        byName(kernel.sets(table), NamedSet::name),
                        kernel.rules(table));
    }

    /**
     * What can stay where everything else is made anew: chains that the kernel calls as desired,
     * without their rules, and sets that it fills and that are declared as desired.
     */
    Installed spared(DesiredTable desired) {
        Map<String, Chain> sparedChains = new HashMap<>();
        for (Chain chain : desired.chains()) {
            Chain there = chains.get(chain.name());
            if (there != null && Repair.sameHook(there, chain)) {
                sparedChains.put(chain.name(), there);
            }
        }
        Map<String, NamedSet> learnt = new HashMap<>();
        for (NamedSet set : desired.sets().keySet()) {
            NamedSet there = sets.get(set.name());
            if (set.isDynamic() && there != null && Repair.sameKind(there, set)) {
                learnt.put(set.name(), there);
            }
        }
        return new Installed(table, sparedChains, learnt, Map.of());
    }

    /** The rules of a chain in their order. */
    List<InstalledRule> rulesOf(Chain chain) {
        return rules.getOrDefault(chain.name(), List.of());
    }

    /** Whether a chain holds these rules, in this order, as we write them, and no others. */
    boolean holds(Chain chain, List<Rule> desired, Function<Rule, Fingerprint> fingerprint) {
        return rulesOf(chain).stream()
                .map(InstalledRule::fingerprint)
                .toList()
                .equals(desired.stream().map(fingerprint).map(Optional::of).toList());
    }

    private static <T> Map<String, T> byName(Collection<T> things, Function<T, String> name) {
        Map<String, T> map = new HashMap<>();
        things.forEach(thing -> map.put(name.apply(thing), thing));
        return map;
    }
}
