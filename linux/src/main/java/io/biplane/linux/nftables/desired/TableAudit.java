package io.biplane.linux.nftables.desired;

import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.Fingerprint;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.Nftables.InstalledRule;
import io.biplane.linux.nftables.Rule;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * Tells how the kernel's table differs from a {@link DesiredTable}, in words, and changes nothing.
 * What the kernel has learnt is no difference, whatever it is.
 */
public final class TableAudit {
    private static final int NAMED_ELEMENTS = 5;

    private final Nftables kernel;
    private final DesiredTable desired;
    private final Installed found;
    private final BiFunction<NamedSet, Element, String> meaning;
    private final List<String> differences = new ArrayList<>();

    private TableAudit(
            Nftables kernel, DesiredTable desired, BiFunction<NamedSet, Element, String> meaning) {
        this.kernel = kernel;
        this.desired = desired;
        this.found = Installed.read(kernel, desired.table());
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
        if (found.table().isEmpty()) {
            differences.add("table %s is missing".formatted(desired.table()));
            return;
        }
        if (found.table().get().dormant()) {
            differences.add("table %s is dormant".formatted(desired.table()));
        }
        desired.rulesByChain().forEach(this::chain);
        desired.sets().forEach(this::set);
        besides();
    }

    /**
     * Only what the kernel calls by itself: a chain or a set that no rule leads to does nothing,
     * and a rule that leads to one is named itself.
     */
    private void besides() {
        Set<String> known = desired.chains().stream().map(Chain::name).collect(Collectors.toSet());
        found.chains().values().stream()
                .filter(chain -> chain.base().isPresent() && !known.contains(chain.name()))
                .forEach(chain ->
                        differences.add("chain %s does not belong there".formatted(chain)));
    }

    private void chain(Chain chain, List<Rule> rules) {
        Chain there = found.chains().get(chain.name());
        if (there == null) {
            differences.add("chain %s is missing".formatted(chain));
            return;
        }
        if (!there.base().equals(chain.base())) {
            differences.add(
                    "chain %s has \"%s\", not \"%s\"".formatted(chain, base(there), base(chain)));
        }
        rules(chain, rules);
    }

    private static String base(Chain chain) {
        return chain.base().map(Chain.Base::toString).orElse("no hook");
    }

    private void rules(Chain chain, List<Rule> rules) {
        if (found.holds(chain, rules, kernel::fingerprint)) {
            return;
        }
        int before = differences.size();
        Map<Fingerprint, Rule> missing = new LinkedHashMap<>();
        rules.forEach(rule -> missing.put(kernel.fingerprint(rule), rule));
        Set<Fingerprint> known = new HashSet<>(missing.keySet());
        for (InstalledRule rule : found.rulesOf(chain)) {
            Optional<Fingerprint> fingerprint = rule.fingerprint();
            if (fingerprint.isPresent() && known.contains(fingerprint.get())) {
                missing.remove(fingerprint.get());
            } else {
                differences.add("chain %s has besides %s".formatted(chain, rule));
            }
        }
        missing.values()
                .forEach(rule -> differences.add("chain %s misses \"%s\"".formatted(chain, rule)));
        if (differences.size() == before) {
            differences.add(
                    "chain %s has its rules in another order, or one of them twice"
                            .formatted(chain));
        }
    }

    private void set(NamedSet set, Collection<Element> desiredElements) {
        NamedSet there = found.sets().get(set.name());
        if (there == null) {
            differences.add("set or map %s is missing".formatted(set));
        } else if (!Repair.sameKind(there, set)) {
            differences.add(
                    "%s %s is declared \"%s\", not \"%s\""
                            .formatted(there.kind(), set, there.declaration(), set.declaration()));
        } else if (!set.isDynamic()) {
            elements(there, desiredElements);
        }
    }

    private void elements(NamedSet set, Collection<Element> desiredElements) {
        Set<String> wanted = meanings(set, desiredElements);
        Set<String> there = meanings(set, kernel.elements(set));
        named(set, "misses", wanted, there);
        named(set, "has besides", there, wanted);
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
