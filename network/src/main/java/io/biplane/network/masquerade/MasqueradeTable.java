package io.biplane.network.masquerade;

import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.DataType;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.Expression;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.NftSet;
import io.biplane.linux.nftables.Rule;
import io.biplane.linux.nftables.Statement;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.Value;
import io.biplane.linux.nftables.desired.DesiredTable;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A policy of one family as an nftables table: one rule and two sets of prefixes. */
final class MasqueradeTable {
    static final String NAME = "ip-masq-agent";

    private MasqueradeTable() {}

    static DesiredTable of(MasqueradePolicy policy, IpFamily family) {
        Table table = Table.of(family, NAME);
        NftSet sources = NftSet.intervals(table, "sources", DataType.address(family));
        NftSet untouched = NftSet.intervals(table, "untouched", DataType.address(family));
        Chain postrouting =
                Chain.base(
                        table,
                        "postrouting",
                        Chain.Type.NAT,
                        Chain.Hook.POSTROUTING,
                        Chain.Base.SRCNAT);
        Rule rule =
                Rule.of(
                        postrouting,
                        Statement.inSet(Expression.saddr(family), sources),
                        Statement.notInSet(Expression.daddr(family), untouched),
                        new Statement.MatchFibLocal(true, true),
                        new Statement.Masquerade(false, true));
        Map<NamedSet, List<Element>> sets = new LinkedHashMap<>();
        sets.put(sources, elements(policy.sources(family)));
        sets.put(untouched, elements(policy.untouched(family)));
        return new DesiredTable(table, List.of(postrouting), List.of(rule), sets);
    }

    static List<Element> elements(List<Prefix> prefixes) {
        return prefixes.stream().map(prefix -> Element.of(Value.of(prefix))).toList();
    }
}
