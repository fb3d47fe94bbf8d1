package io.biplane.linux.nftables.desired;

import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.NftMap;
import io.biplane.linux.nftables.NftSet;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.Transaction;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The way from what the kernel has to a {@link DesiredTable}. Elements that are right stay, so that
 * no packet misses them; rules are written anew, because the kernel cannot be asked for them in a
 * form that could be compared. Connections that are established do not notice: their translation is
 * in the connection table. What does not belong into the table is removed.
 */
final class Repair {
    private final Nftables kernel;
    private final DesiredTable desired;
    private final Transaction transaction;

    private Repair(Nftables kernel, DesiredTable desired, Transaction transaction) {
        this.kernel = kernel;
        this.desired = desired;
        this.transaction = transaction;
    }

    /** Adds to {@code transaction} what makes {@code kernel}'s table as {@code desired}. */
    static void add(Nftables kernel, DesiredTable desired, Transaction transaction) {
        new Repair(kernel, desired, transaction).run();
    }

    private void run() {
        Map<String, Chain> chains = byName(kernel.chains(desired.table()), Chain::name);
        Map<String, NamedSet> sets = byName(kernel.sets(desired.table()), NamedSet::name);
        if (!fits(chains, sets)) {
            transaction.destroy(desired.table());
            chains = Map.of();
            sets = Map.of();
        }
        transaction.add(desired.table());
        desired.chains().forEach(transaction::add);
        desired.sets().keySet().forEach(transaction::add);
        Collection<Chain> allChains = new HashSet<>(chains.values());
        allChains.removeIf(chain -> desiredChain(chain.name()));
        List<Chain> foreign = List.copyOf(allChains);
        desired.chains().forEach(transaction::flush);
        foreign.forEach(transaction::flush);
        desired.rules().forEach(transaction::add);
        removeSets(sets.values());
        for (Map.Entry<NamedSet, ? extends Collection<Element>> set : desired.sets().entrySet()) {
            NamedSet found = sets.get(set.getKey().name());
            changeElements(
                    set.getKey(),
                    found == null ? List.of() : kernel.elements(found),
                    set.getValue());
        }
        foreign.forEach(transaction::delete);
    }

    private boolean desiredChain(String name) {
        return desired.chains().stream().anyMatch(chain -> chain.name().equals(name));
    }

    /** Whether the chains and sets of our names are of our making: their kind cannot be changed. */
    private boolean fits(Map<String, Chain> chains, Map<String, NamedSet> sets) {
        return desired.chains().stream()
                        .allMatch(chain -> {
                            Chain found = chains.get(chain.name());
                            return found == null || found.base().equals(chain.base());
                        })
                && desired.sets().keySet().stream()
                        .allMatch(set -> {
                            NamedSet found = sets.get(set.name());
                            return found == null || sameKind(found, set);
                        });
    }

    private static boolean sameKind(NamedSet found, NamedSet desired) {
        boolean sameData =
                switch (desired) {
                    case NftSet _ -> found instanceof NftSet;
                    case NftMap map -> found instanceof NftMap m && m.data().equals(map.data());
                };
        return sameData
                && found.key().equals(desired.key())
                && found.flags().equals(desired.flags());
    }

    private void removeSets(Collection<NamedSet> found) {
        Set<String> wanted =
                desired.sets().keySet().stream().map(NamedSet::name).collect(Collectors.toSet());
        found.stream().filter(set -> !wanted.contains(set.name())).forEach(transaction::delete);
    }

    private void changeElements(
            NamedSet set, Collection<Element> found, Collection<Element> wanted) {
        Set<Element> missing = new HashSet<>(wanted);
        List<Element> wrong = new ArrayList<>();
        for (Element element : found) {
            if (!missing.remove(element)) {
                wrong.add(element);
            }
        }
        transaction.delete(set, wrong);
        transaction.add(set, missing);
    }

    private static <T> Map<String, T> byName(Collection<T> things, Function<T, String> name) {
        Map<String, T> map = new HashMap<>();
        things.forEach(thing -> map.put(name.apply(thing), thing));
        return map;
    }
}
