package io.biplane.linux.nftables.desired;

import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.DataType;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.NamedSet.Flag;
import io.biplane.linux.nftables.NftMap;
import io.biplane.linux.nftables.NftSet;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.Rule;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.Transaction;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The way from what the kernel has to a {@link DesiredTable}; where both are equal it is no step at
 * all. Elements that are right stay, so that no packet misses them, and so do the rules of a chain
 * that is right; of one that is not, all rules are written anew. Connections that are established
 * do not notice: their translation is in the connection table. What does not belong into the table
 * is removed, as far as the model has a word for it: a counter object of another program stays, and
 * no rule uses it.
 *
 * <p>What the kernel has learnt stays as long as the set that it is in is declared as desired,
 * whatever else in the table is not. A set that is declared otherwise is deleted and made anew, and
 * is empty then: its elements may not fit it, and packets would go on adding some while the old
 * ones are carried over.
 */
final class Repair {
    private final Nftables kernel;
    private final DesiredTable desired;
    private final Installed found;
    private final Transaction transaction;

    private Repair(
            Nftables kernel, DesiredTable desired, Installed found, Transaction transaction) {
        this.kernel = kernel;
        this.desired = desired;
        this.found = found;
        this.transaction = transaction;
    }

    /**
     * What makes {@code kernel}'s table as {@code desired}; empty if it is so.
     *
     * @throws IllegalArgumentException or IllegalStateException if what is there cannot be read
     */
    static Transaction of(Nftables kernel, DesiredTable desired) {
        Installed found = Installed.read(kernel, desired.table());
        if (!fits(desired, found)) {
            return rebuilding(kernel, desired);
        }
        Transaction transaction = new Transaction();
        new Repair(kernel, desired, found, transaction).run();
        return transaction;
    }

    /**
     * What makes the table anew, but for the sets that hold what the kernel has learnt, and the
     * chains' hooks; where there are no such sets, as {@link #anew}.
     *
     * @throws IllegalArgumentException or IllegalStateException if what is there cannot be read
     */
    static Transaction rebuilding(Nftables kernel, DesiredTable desired) {
        Installed found = Installed.read(kernel, desired.table());
        Installed spared = found.spared(desired);
        if (spared.sets().isEmpty()) {
            return anew(kernel, desired);
        }
        Transaction transaction = new Transaction();
        found.chains().values().forEach(transaction::flush);
        found.sets().values().stream()
                .filter(set -> !spared.sets().containsKey(set.name()))
                .forEach(transaction::delete);
        for (String name : kernel.setsOfOtherTypes(desired.table())) {
            // It goes by its name, whatever its type.
            transaction.delete(NftSet.of(desired.table(), name, DataType.INTEGER));
        }
        found.chains().values().stream()
                .filter(chain -> !spared.chains().containsKey(chain.name()))
                .forEach(transaction::delete);
        new Repair(kernel, desired, spared, transaction).run();
        return transaction;
    }

    /** What makes the table anew, whatever is there; what the kernel has learnt is lost. */
    static Transaction anew(Nftables kernel, DesiredTable desired) {
        Transaction transaction = new Transaction().destroy(desired.table());
        new Repair(kernel, desired, Installed.NOTHING, transaction).run();
        return transaction;
    }

    /** Whether the chains and sets of our names are of our making: their kind cannot be changed. */
    private static boolean fits(DesiredTable desired, Installed found) {
        return desired.chains().stream()
                        .allMatch(chain -> {
                            Chain there = found.chains().get(chain.name());
                            return there == null || sameHook(there, chain);
                        })
                && desired.sets().keySet().stream()
                        .allMatch(set -> {
                            NamedSet there = found.sets().get(set.name());
                            return there == null || sameKind(there, set);
                        });
    }

    /** Whether the kernel calls both chains alike; a policy can be changed. */
    static boolean sameHook(Chain found, Chain desired) {
        return found.base()
                .map(base -> base.with(Chain.Policy.ACCEPT))
                .equals(desired.base().map(base -> base.with(Chain.Policy.ACCEPT)));
    }

    /**
     * Whether both are declared alike; the declaration of a set that is there cannot be changed.
     */
    static boolean sameKind(NamedSet found, NamedSet desired) {
        boolean sameData =
                switch (desired) {
                    case NftSet _ -> found instanceof NftSet;
                    case NftMap map -> found instanceof NftMap m && m.data().equals(map.data());
                };
        return sameData
                && found.key().equals(desired.key())
                && found.flags().equals(desired.flags())
                && found.owner().equals(desired.owner())
                && found.timeout().equals(desired.timeout());
    }

    private void run() {
        Optional<Table> table = found.table();
        if (table.isEmpty() || table.get().dormant() != desired.table().dormant()) {
            transaction.add(desired.table());
        }
        desired.chains().stream().filter(this::isNewOrOfAnotherPolicy).forEach(transaction::add);
        desired.sets().keySet().stream()
                .filter(set -> !found.sets().containsKey(set.name()))
                .forEach(transaction::add);
        List<Chain> foreign = foreignChains();
        foreign.forEach(transaction::flush);
        desired.rulesByChain().forEach(this::changeRules);
        removeForeignSets();
        desired.sets().forEach(this::changeElements);
        foreign.forEach(transaction::delete);
    }

    private boolean isNewOrOfAnotherPolicy(Chain chain) {
        Chain there = found.chains().get(chain.name());
        return there == null || !there.base().equals(chain.base());
    }

    private List<Chain> foreignChains() {
        return found.chains().values().stream()
                .filter(chain ->
                        desired.chains().stream().noneMatch(d -> d.name().equals(chain.name())))
                .toList();
    }

    private void changeRules(Chain chain, List<Rule> rules) {
        if (!found.holds(chain, rules, kernel::fingerprint)) {
            if (!found.rulesOf(chain).isEmpty()) {
                transaction.flush(chain);
            }
            rules.forEach(transaction::add);
        }
    }

    private void removeForeignSets() {
        Set<String> wanted = new HashSet<>();
        desired.sets().keySet().forEach(set -> wanted.add(set.name()));
        found.sets().values().stream()
                .filter(set -> !wanted.contains(set.name()))
                .forEach(transaction::delete);
    }

    private void changeElements(NamedSet set, Collection<Element> wanted) {
        if (set.isDynamic()) {
            return;
        }
        NamedSet there = found.sets().get(set.name());
        Collection<Element> elements = there == null ? List.of() : kernel.elements(there);
        Set<Element> missing = new HashSet<>(wanted);
        List<Element> wrong = new ArrayList<>();
        for (Element element : elements) {
            if (!missing.remove(element)) {
                wrong.add(element);
            }
        }
        if (!wrong.isEmpty() && set.flags().contains(Flag.INTERVAL)) {
            // A range is told as the prefixes that it consists of, and these cannot be deleted.
            transaction.flush(set).add(set, Set.copyOf(wanted));
        } else {
            transaction.delete(set, wrong);
            transaction.add(set, missing);
        }
    }
}
