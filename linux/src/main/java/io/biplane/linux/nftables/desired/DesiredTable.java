package io.biplane.linux.nftables.desired;

import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.Rule;
import io.biplane.linux.nftables.Statement;
import io.biplane.linux.nftables.Table;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that a table is to contain, but for what the kernel learns.
 *
 * @param rules of these chains only, each chain's in their order; what they remember goes into one
 *     of {@code sets}
 * @param sets the sets and maps with their elements; one that the kernel fills has none here. The
 *     collections are not copied, for they can be large: they must not change while this is in use
 */
public record DesiredTable(
        Table table,
        List<Chain> chains,
        List<Rule> rules,
        Map<NamedSet, ? extends Collection<Element>> sets) {

    public DesiredTable {
        chains = List.copyOf(chains);
        rules = List.copyOf(rules);
        sets = Collections.unmodifiableMap(new LinkedHashMap<>(sets));
        for (Rule rule : rules) {
            if (!chains.contains(rule.chain())) {
                throw new IllegalArgumentException(
                        "rule \"%s\" is in %s, which is not in the table"
                                .formatted(rule, rule.chain()));
            }
            for (Statement statement : rule.statements()) {
                if (statement instanceof Statement.Remember learns
                        && !sets.containsKey(learns.set())) {
                    throw new IllegalArgumentException(
                            "rule \"%s\" adds to %s, which is not in the table"
                                    .formatted(rule, learns.set()));
                }
            }
        }
        sets.forEach((set, elements) -> {
            if (set.isDynamic() && !elements.isEmpty()) {
                throw new IllegalArgumentException(
                        "%s is filled by the kernel: which elements it has cannot be desired"
                                .formatted(set));
            }
        });
    }

    /** The rules of every chain in their order; a chain without rules has an empty list. */
    Map<Chain, List<Rule>> rulesByChain() {
        Map<Chain, List<Rule>> byChain = new LinkedHashMap<>();
        chains.forEach(chain -> byChain.put(chain, new ArrayList<>()));
        rules.forEach(
                rule -> byChain.computeIfAbsent(rule.chain(), _ -> new ArrayList<>()).add(rule));
        return byChain;
    }
}
