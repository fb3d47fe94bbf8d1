package io.biplane.linux.nftables.desired;

import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.Chain.Base;
import io.biplane.linux.nftables.DataType;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.Expression;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.NftMap;
import io.biplane.linux.nftables.NftSet;
import io.biplane.linux.nftables.Rule;
import io.biplane.linux.nftables.Statement;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.Value;
import io.biplane.linux.nftables.Verdict;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A small table with one of everything that is repaired. */
final class Fixture {
    private Fixture() {}

    static DesiredTable table(IpFamily family, String name) {
        boolean v4 = family == IpFamily.IPV4;
        Table table = Table.of(family, name);
        DataType address = DataType.address(family);
        Chain in = Chain.base(table, "in", Chain.Type.FILTER, Chain.Hook.PREROUTING, Base.RAW);
        Chain some = Chain.regular(table, "some");
        Chain empty = Chain.regular(table, "empty");
        NftMap ways = NftMap.verdicts(table, "ways", address);
        NftSet ranges = NftSet.intervals(table, "ranges", address);
        NftSet seen = seen(table, family);
        List<Rule> rules =
                List.of(
                        Rule.of(
                                in,
                                Statement.inSet(Expression.saddr(family), ranges),
                                Statement.drop()),
                        Rule.of(in, Statement.vmap(Expression.daddr(family), ways))
                                .commented("where to"),
                        Rule.of(some, Statement.l4proto(Value.Protocol.TCP), Statement.accept()),
                        Rule.of(some, Statement.l4proto(Value.Protocol.UDP), Statement.drop()),
                        Rule.of(some, Statement.jump(empty)),
                        Rule.of(
                                in,
                                new Statement.Remember(
                                        true,
                                        seen,
                                        Expression.saddr(family),
                                        Optional.empty(),
                                        Optional.empty())));
        Map<NamedSet, Collection<Element>> sets = new LinkedHashMap<>();
        sets.put(
                ways,
                List.of(
                        Element.of(
                                List.of(Value.of(Addr.parse(v4 ? "10.0.0.1" : "fd00::1"))),
                                new Verdict.Goto("some")),
                        Element.of(
                                List.of(Value.of(Addr.parse(v4 ? "10.0.0.2" : "fd00::2"))),
                                Verdict.Final.DROP)));
        sets.put(
                ranges,
                List.of(
                        Element.of(Value.of(Prefix.parse(v4 ? "10.1.0.0/16" : "fd01::/64"))),
                        Element.of(Value.of(Prefix.parse(v4 ? "10.2.0.0/16" : "fd02::/64")))));
        sets.put(seen, List.of());
        return new DesiredTable(table, List.of(in, some, empty), rules, sets);
    }

    /** The sources of the packets that the table has seen: the kernel fills it. */
    static NftSet seen(Table table, IpFamily family) {
        return NftSet.dynamic(table, "seen", Duration.ofHours(1), 1000, DataType.address(family));
    }
}
