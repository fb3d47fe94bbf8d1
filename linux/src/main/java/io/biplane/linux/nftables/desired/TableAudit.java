package io.biplane.linux.nftables.desired;

import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.Nftables;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;

/**
 * Tells how the kernel's table differs from a {@link DesiredTable}, in words, and changes nothing.
 * Elements are compared one by one; of a chain's rules only how many there are, because the kernel
 * does not give them back in a form that could be compared.
 */
public final class TableAudit {
    private static final int NAMED_ELEMENTS = 5;

    private final Nftables kernel;
    private final DesiredTable desired;
    private final BiFunction<NamedSet, Element, String> meaning;
    private final List<String> differences = new ArrayList<>();

    private TableAudit(
            Nftables kernel, DesiredTable desired, BiFunction<NamedSet, Element, String> meaning) {
        this.kernel = kernel;
        this.desired = desired;
        this.meaning = meaning;
    }

    /**
     * All differences; empty when the table is as it should be.
     *
     * @param meaning what an element stands for; elements that mean the same may differ
     */
    public static List<String> differences(
            Nftables kernel, DesiredTable desired, BiFunction<NamedSet, Element, String> meaning) {
        TableAudit audit = new TableAudit(kernel, desired, meaning);
        audit.run();
        return audit.differences;
    }

    private void run() {
        if (!kernel.tables().contains(desired.table())) {
            differences.add("table %s is missing".formatted(desired.table()));
            return;
        }
        Map<String, Chain> chains = new HashMap<>();
        kernel.chains(desired.table()).forEach(chain -> chains.put(chain.name(), chain));
        for (Chain chain : desired.chains()) {
            if (chains.containsKey(chain.name())) {
                rules(chain);
            } else {
                differences.add("chain %s is missing".formatted(chain));
            }
        }
        Map<String, NamedSet> sets = new HashMap<>();
        kernel.sets(desired.table()).forEach(set -> sets.put(set.name(), set));
        desired.sets()
                .forEach((set, elements) -> {
                    NamedSet found = sets.get(set.name());
                    if (found == null) {
                        differences.add("set or map %s is missing".formatted(set));
                    } else {
                        elements(found, elements);
                    }
                });
    }

    private void rules(Chain chain) {
        long wanted = desired.rules().stream().filter(rule -> rule.chain().equals(chain)).count();
        int found = kernel.rules(chain).size();
        if (found != wanted) {
            differences.add("chain %s has %d rules, not %d".formatted(chain, found, wanted));
        }
    }

    private void elements(NamedSet set, Collection<Element> desiredElements) {
        Set<String> wanted = meanings(set, desiredElements);
        Set<String> found = meanings(set, kernel.elements(set));
        named(set, "misses", wanted, found);
        named(set, "has besides", found, wanted);
    }

    private Set<String> meanings(NamedSet set, Collection<Element> elements) {
        Set<String> texts = new TreeSet<>();
        elements.forEach(element -> texts.add(meaning.apply(set, element)));
        return texts;
    }

    /** What is in {@code some} and not in {@code others}; the first few by name. */
    private void named(NamedSet set, String verb, Set<String> some, Set<String> others) {
        List<String> texts = some.stream().filter(text -> !others.contains(text)).toList();
        if (!texts.isEmpty()) {
            int shown = Math.min(NAMED_ELEMENTS, texts.size());
            String more =
                    texts.size() > shown ? " and %d more".formatted(texts.size() - shown) : "";
            differences.add(
                    "%s %s %s%s"
                            .formatted(
                                    set, verb, String.join(", ", texts.subList(0, shown)), more));
        }
    }
}
