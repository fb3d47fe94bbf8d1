package io.biplane.linux.nftables.kernel;

import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.Chain.Base;
import io.biplane.linux.nftables.DataType;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.Expression;
import io.biplane.linux.nftables.NamedSet.Flag;
import io.biplane.linux.nftables.NamedSet.Owner;
import io.biplane.linux.nftables.NftMap;
import io.biplane.linux.nftables.NftSet;
import io.biplane.linux.nftables.Rule;
import io.biplane.linux.nftables.Statement;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.Transaction;
import io.biplane.linux.nftables.Value;
import io.biplane.linux.nftables.Verdict;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Rulesets that tests share, one for either family. */
final class Rulesets {
    final IpFamily family;
    final Table table;
    final DataType addr;
    final NftMap services;
    final NftMap endpoints;
    final NftMap affinity;
    final Chain prerouting;
    final Chain two;

    Rulesets(IpFamily family) {
        this.family = family;
        table = new Table(Table.Family.of(family), "proxy", "made by a test");
        addr = DataType.address(family);
        services =
                new NftMap(
                        table,
                        "services",
                        List.of(addr, DataType.INET_PROTO, DataType.INET_SERVICE),
                        List.of(),
                        Set.of(),
                        Owner.US,
                        Optional.empty(),
                        "where a service goes");
        endpoints =
                NftMap.of(
                        table,
                        "ep-2",
                        List.of(addr, DataType.INET_PROTO, DataType.INET_SERVICE, DataType.INTEGER),
                        List.of(addr, DataType.INET_SERVICE));
        affinity =
                NftMap.dynamic(
                        table,
                        "affinity",
                        Duration.ofHours(3),
                        1 << 18,
                        List.of(addr, DataType.INET_PROTO, DataType.INET_SERVICE),
                        List.of(addr, DataType.INET_SERVICE));
        prerouting =
                new Chain(
                        table,
                        "prerouting",
                        Optional.of(
                                new Base(
                                        Chain.Type.NAT,
                                        Chain.Hook.PREROUTING,
                                        Base.DSTNAT,
                                        Chain.Policy.ACCEPT)),
                        "all that comes in");
        two = new Chain(table, "ep-2", Optional.empty(), "two endpoints");
    }

    Addr at(int number) {
        return Addr.parse(family == IpFamily.IPV4 ? "10.96.0.0" : "fd00:96::").plus(number);
    }

    Prefix block(int third, int bits4, int bits6) {
        return family == IpFamily.IPV4
                ? Prefix.parseMasked("10.%d.0.0/%d".formatted(third, bits4))
                : Prefix.parseMasked("fd00:%d::/%d".formatted(third, bits6));
    }

    Expression service() {
        return Expression.concat(
                Expression.daddr(family), Expression.Meta.L4PROTO, Expression.Payload.TH_DPORT);
    }

    Expression endpoint(int count) {
        return Expression.concat(
                Expression.daddr(family),
                Expression.Meta.L4PROTO,
                Expression.Payload.TH_DPORT,
                new Expression.RandomNumber(count));
    }

    List<Value> key(int service, int port) {
        return List.of(Value.of(at(service)), Value.Protocol.TCP, Value.port(port));
    }

    /** Chains, maps and the rules of load balancing. */
    Transaction balancing() {
        return new Transaction()
                .add(table)
                .add(prerouting)
                .add(two)
                .add(services)
                .add(endpoints)
                .add(Rule.of(two, Statement.dnat(endpoint(2), endpoints)))
                .add(Rule.of(prerouting, Statement.vmap(service(), services)));
    }

    List<Element> serviceElements(int from, int count) {
        List<Element> elements = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            elements.add(Element.of(key(i, 80), new Verdict.Goto(two.name())));
        }
        return elements;
    }

    List<Element> endpointElements(int service, Addr... addresses) {
        List<Element> elements = new ArrayList<>();
        for (int n = 0; n < addresses.length; n++) {
            List<Value> key = new ArrayList<>(key(service, 80));
            key.add(Value.number(n));
            elements.add(Element.of(key, List.of(Value.of(addresses[n]), Value.port(8080))));
        }
        return elements;
    }

    /** A rule that notes where a client's connection went, for the next one. */
    Rule remembering(Chain chain) {
        Expression client =
                Expression.concat(
                        Expression.ctOriginalSaddr(family),
                        Expression.Meta.L4PROTO,
                        Expression.CtOriginal.PROTO_DST);
        Expression server =
                Expression.concat(Expression.daddr(family), Expression.Payload.TH_DPORT);
        return Rule.of(
                chain,
                Statement.l4proto(Value.Protocol.UDP),
                new Statement.Remember(
                        true,
                        affinity,
                        client,
                        Optional.of(server),
                        Optional.of(Duration.ofSeconds(90))));
    }

    /** Every statement, expression, value and kind of set that there is. */
    Transaction everything() {
        NftSet ranges = NftSet.intervals(table, "ranges", addr);
        NftSet sources = NftSet.intervals(table, "sources", addr, DataType.INET_SERVICE, addr);
        NftMap colours =
                new NftMap(
                        table,
                        "colours",
                        List.of(addr),
                        List.of(DataType.MARK),
                        Set.of(Flag.INTERVAL),
                        Owner.US,
                        Optional.empty(),
                        "");
        NftSet pairs =
                new NftSet(
                        table,
                        "pairs",
                        List.of(addr, addr),
                        Set.of(),
                        Owner.US,
                        Optional.empty(),
                        "hairpin");
        NftSet links = NftSet.of(table, "links", DataType.IFNAME);
        NftSet types = NftSet.of(table, "types", DataType.icmpType(family));
        NftMap typed =
                NftMap.of(
                        table,
                        "typed",
                        List.of(DataType.icmpType(family), DataType.INTEGER),
                        List.of(addr));
        NftSet seen =
                new NftSet(
                        table,
                        "seen",
                        List.of(addr),
                        Set.of(Flag.TIMEOUT),
                        new Owner.Kernel(100),
                        Optional.empty(),
                        "");
        Chain input = Chain.base(table, "input", Chain.Type.FILTER, Chain.Hook.INPUT, Base.FILTER);
        Chain output = Chain.base(table, "output", Chain.Type.NAT, Chain.Hook.OUTPUT, Base.DSTNAT);
        Chain forward =
                new Chain(
                        table,
                        "forward",
                        Optional.of(
                                new Base(
                                        Chain.Type.FILTER,
                                        Chain.Hook.FORWARD,
                                        -5,
                                        Chain.Policy.DROP)),
                        "");
        Chain postrouting =
                Chain.base(
                        table, "postrouting", Chain.Type.NAT, Chain.Hook.POSTROUTING, Base.SRCNAT);
        Chain refuse = Chain.regular(table, "refuse");
        Expression packetKey =
                Expression.concat(
                        Expression.saddr(family),
                        Expression.Meta.L4PROTO,
                        Expression.Payload.TH_DPORT);
        Expression hairpin = Expression.concat(Expression.saddr(family), Expression.daddr(family));
        return balancing()
                .add(services, serviceElements(1, 3))
                .add(
                        services,
                        List.of(
                                Element.of(key(9, 53), Verdict.Final.DROP).commented("closed"),
                                Element.of(key(9, 54), new Verdict.Jump(two.name()))))
                .add(endpoints, endpointElements(1, at(100), at(101)))
                .add(ranges)
                .add(
                        ranges,
                        List.of(
                                Element.of(Value.of(block(1, 16, 32))),
                                Element.of(Value.of(block(3, 24, 64))).commented("three"),
                                Element.of(Value.of(at(7)))))
                .add(sources)
                .add(
                        sources,
                        List.of(
                                Element.of(
                                        Value.of(at(1)),
                                        Value.port(80),
                                        Value.of(block(5, 20, 40))),
                                Element.of(Value.of(at(1)), Value.port(80), Value.of(at(3)))))
                .add(colours)
                .add(
                        colours,
                        List.of(
                                Element.of(
                                        List.of(Value.of(block(6, 15, 31))),
                                        List.of(new Value.Mark(0x4000)))))
                .add(pairs)
                .add(pairs, List.of(Element.of(Value.of(at(1)), Value.of(at(1)))))
                .add(links)
                .add(links, List.of(Element.of(new Value.LinkName("eth0"))))
                .add(types)
                .add(types, List.of(Element.of(new Value.IcmpType(family, 137))))
                .add(typed)
                .add(affinity)
                .add(seen)
                .add(input)
                .add(output)
                .add(forward)
                .add(postrouting)
                .add(refuse)
                .add(
                        Rule.of(
                                        output,
                                        Statement.fibDaddrLocal(),
                                        Statement.match(
                                                Expression.Payload.TH_DPORT, Value.port(30080)),
                                        Statement.jump(two))
                                .commented("node ports"))
                .add(
                        Rule.of(
                                output,
                                Statement.l4proto(Value.Protocol.TCP),
                                new Statement.DnatTo(at(200), 8443)))
                .add(Rule.of(prerouting, Statement.dnat(packetKey, affinity)))
                .add(
                        Rule.of(
                                input,
                                Statement.ctState(
                                        Statement.CtState.ESTABLISHED, Statement.CtState.RELATED),
                                new Statement.Counter(),
                                Statement.accept()))
                .add(
                        Rule.of(
                                input,
                                new Statement.MatchFibLocal(false, true),
                                Statement.ctState(Statement.CtState.NEW),
                                Statement.goTo(refuse)))
                .add(Rule.of(input, Statement.saddrIn(block(8, 9, 45)), Statement.drop()))
                .add(Rule.of(input, Statement.daddrIn(block(8, 16, 48)), Statement.returns()))
                .add(
                        Rule.of(
                                forward,
                                Statement.mismatch(Expression.daddr(family), Value.of(at(9))),
                                Statement.notInSet(
                                        Expression.concat(
                                                Expression.daddr(family),
                                                Expression.Payload.TH_DPORT,
                                                Expression.saddr(family)),
                                        sources),
                                Statement.accept()))
                .add(Rule.of(input, new Statement.MatchNoRouteBack(), Statement.drop()))
                .add(
                        Rule.of(
                                input,
                                Statement.match(
                                        Expression.Meta.IIFNAME, new Value.LinkName("eth0")),
                                Statement.mismatch(
                                        new Expression.FibSourceLink(), new Value.LinkName("eth0")),
                                Statement.drop()))
                .add(
                        Rule.of(
                                input,
                                Statement.l4proto(Value.Protocol.icmp(family)),
                                Statement.inSet(Expression.icmpType(family), types),
                                Statement.drop()))
                .add(
                        Rule.of(
                                forward,
                                new Statement.SetMark(0x4000, 0x4000),
                                new Statement.MatchMark(0x4000, false, 0x4000),
                                new Statement.SetMark(0, 0x4000),
                                new Statement.SetMark(0x2000, 0xf000),
                                new Statement.SetMark(7, -1)))
                .add(
                        Rule.of(
                                forward,
                                new Statement.Remember(
                                        false,
                                        seen,
                                        Expression.saddr(family),
                                        Optional.empty(),
                                        Optional.of(Duration.ofHours(1)))))
                .add(
                        Rule.of(
                                postrouting,
                                Statement.MatchCtStatus.DNAT,
                                Statement.inSet(hairpin, pairs),
                                new Statement.Masquerade(false, true)))
                .add(
                        Rule.of(
                                postrouting,
                                Statement.inSet(Expression.daddr(family), ranges),
                                Statement.accept()))
                .add(
                        Rule.of(
                                postrouting,
                                Statement.mismatch(
                                        Expression.Meta.OIFNAME, new Value.LinkName("lo")),
                                Statement.inSet(Expression.Meta.OIFNAME, links),
                                Statement.match(Expression.Meta.MARK, new Value.Mark(9)),
                                new Statement.Masquerade(true, false)))
                .add(Rule.of(postrouting, new Statement.Masquerade(false, false)))
                .add(
                        Rule.of(
                                refuse,
                                Statement.l4proto(Value.Protocol.TCP),
                                Statement.Reject.TCP_RESET))
                .add(Rule.of(refuse, Statement.Reject.portUnreachable(family)));
    }
}
