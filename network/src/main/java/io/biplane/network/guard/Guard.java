package io.biplane.network.guard;

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
import io.biplane.linux.nftables.Value.LinkName;
import io.biplane.linux.nftables.desired.DesiredTable;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The tables of a namespace, one for each family, that drop what comes in with a source to which no
 * route leads back by the same link. The link of a pod has routes to the pod's addresses and to
 * nothing else, and the addresses of the namespace itself have none by any link; so a pod can send
 * only what it can be answered at. A pod whose routes are not there yet, or no longer, can send
 * nothing.
 *
 * <p>They come before defragmentation and connection tracking: what is dropped has been seen by
 * nothing else.
 */
public final class Guard {
    static final String TABLE = "biplane-guard";

    private static final LinkName LOOPBACK = new LinkName("lo");

    /**
     * Sources that no packet from elsewhere has: the kernel looks for no route to some of them,
     * because hosts that have no address yet use them.
     */
    private static final List<Prefix> NEVER =
            Stream.of(
                            "0.0.0.0/8",
                            "127.0.0.0/8",
                            "224.0.0.0/4",
                            "240.0.0.0/4",
                            "::/96", // unspecified, loopback
                            "ff00::/8")
                    .map(Prefix::parse)
                    .toList();

    private Guard() {}

    /**
     * The tables of a namespace.
     *
     * @param uplinks the links by which others than one pod are reached, to which a default route
     *     may lead: what comes in there has a source to which the best route, not just any, leads
     *     back
     */
    public static List<DesiredTable> tables(List<String> uplinks) {
        return Arrays.stream(IpFamily.values()).map(family -> table(family, uplinks)).toList();
    }

    private static DesiredTable table(IpFamily family, List<String> uplinks) {
        Table table = Table.of(family, TABLE);
        NftSet never = NftSet.intervals(table, "never-sources", DataType.address(family));
        NftSet discovery = NftSet.of(table, "discovery", DataType.icmpType(family));
        Chain prerouting =
                Chain.base(
                        table,
                        "prerouting",
                        Chain.Type.FILTER,
                        Chain.Hook.PREROUTING,
                        Chain.Base.RAW_BEFORE_DEFRAG);
        Expression from = Expression.Meta.IIFNAME;
        Expression source = Expression.saddr(family);
        Statement counted = new Statement.Counter();
        List<Rule> rules = new ArrayList<>();
        rules.add(Rule.of(prerouting, Statement.match(from, LOOPBACK), Statement.accept()));
        rules.add(Rule.of(prerouting, Statement.inSet(source, never), counted, Statement.drop()));
        rules.add(Rule.of(prerouting, new Statement.MatchNoRouteBack(), counted, Statement.drop()));
        for (String uplink : uplinks) {
            LinkName link = new LinkName(uplink);
            rules.add(
                    Rule.of(
                            prerouting,
                            Statement.match(from, link),
                            Statement.mismatch(new Expression.FibSourceLink(), link),
                            counted,
                            Statement.drop()));
        }
        rules.add(
                Rule.of(
                                prerouting,
                                Statement.l4proto(Value.Protocol.icmp(family)),
                                Statement.inSet(Expression.icmpType(family), discovery),
                                counted,
                                Statement.drop())
                        .commented("all neighbours are permanent, all routes are given"));
        Map<NamedSet, List<Element>> sets = new LinkedHashMap<>();
        sets.put(
                never,
                NEVER.stream()
                        .filter(prefix -> prefix.family() == family)
                        .map(prefix -> Element.of(Value.of(prefix)))
                        .toList());
        sets.put(
                discovery,
                discovery(family)
                        .mapToObj(type -> Element.of(new Value.IcmpType(family, type)))
                        .toList());
        return new DesiredTable(table, List.of(prerouting), rules, sets);
    }

    /** Router advertisement and solicitation, neighbour discovery, redirect. */
    private static IntStream discovery(IpFamily family) {
        return family == IpFamily.IPV4 ? IntStream.of(5, 9, 10) : IntStream.rangeClosed(133, 137);
    }
}
