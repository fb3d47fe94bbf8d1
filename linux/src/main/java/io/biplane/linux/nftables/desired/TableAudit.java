package io.biplane.linux.nftables.desired;

import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.Nftables;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tells how the kernel's table differs from a {@link DesiredTable}, in words, and changes nothing.
 * Elements are compared one by one; of a chain's rules only how many there are, because the kernel
 * does not give them back in a form that could be compared.
 */
public final class TableAudit {
    private static final int NAMED_ELEMENTS = 5;

    private final Nftables kernel;
    private final DesiredTable desired;
    private final List<String> differences = new ArrayList<>();

    private TableAudit(Nftables kernel, DesiredTable desired) {
        this.kernel = kernel;
        this.desired = desired;
    }

    /** All differences; empty when the table is as it should be. */
    public static List<String> differences(Nftables kernel, DesiredTable desired) {
        TableAudit audit = new TableAudit(kernel, desired);
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
                        elements(found, new HashSet<>(elements));
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

    private void elements(NamedSet set, Set<Element> wanted) {
        Set<Element> found = new HashSet<>(kernel.elements(set));
        named(set, "misses", wanted, found);
        named(set, "has besides", found, wanted);
    }

    /** What is in {@code some} and not in {@code others}; the first few by name. */
    private void named(NamedSet set, String verb, Set<Element> some, Set<Element> others) {
        List<String> texts =
                some.stream()
                        .filter(e -> !others.contains(e))
                        .map(Element::toString)
                        .sorted()
                        .toList();
        if (!texts.isEmpty()) {
            int shown = Math.min(NAMED_ELEMENTS, texts.size());
            differences.add(
                    "%s %s %s%s"
                            .formatted(
                                    set,
                                    verb,
                                    String.join(", ", texts.subList(0, shown)),
                                    texts.size() > shown
                                            ? " and %d more".formatted(texts.size() - shown)
                                            : ""));
        }
    }
}
