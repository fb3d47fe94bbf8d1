package io.biplane.linux.nftables.desired;

import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.Rule;
import io.biplane.linux.nftables.Table;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that a table is to contain.
 *
 * @param rules of these chains only, each chain's in their order
 * @param sets the sets and maps with their elements; the collections are not copied, for they can
 *     be large: they must not change while this is in use
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
        }
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
