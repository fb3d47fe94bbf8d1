package io.biplane.proxy.nftables;

import static io.biplane.linux.nftables.Expression.concat;

import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.Expression;
import io.biplane.linux.nftables.Rule;
import io.biplane.linux.nftables.Statement;
import io.biplane.linux.nftables.Value;
import io.biplane.linux.nftables.Verdict;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.util.ArrayList;
import java.util.List;

/** The chains and rules of one family's table. */
final class ServiceChains {
    /** What to do with the source of connections to cluster addresses. */
    enum Masquerade {
        NEVER,
        ALL,
        /** Sources outside {@link ServiceSets#localSources}. */
        FOREIGN
    }

    /** Which kind of frontend a sized chain is for. */
    enum Kind {
        CLUSTER_IP("ep-"),
        NODE_PORT("np-");

        private final String prefix;

        Kind(String prefix) {
            this.prefix = prefix;
        }
    }

    private static final Expression PROTOCOL = Expression.Meta.L4PROTO;
    private static final Expression PORT = Expression.Payload.TH_DPORT;
    private static final String REFUSE = "refuse";
    private static final Statement.Masquerade MASQUERADE = new Statement.Masquerade(false, true);

    private final ServiceSets sets;
    private final IpFamily family;
    private final int mark;

    /**
     * @param markBit 0…31
     */
    ServiceChains(ServiceSets sets, int markBit) {
        this.sets = sets;
        this.family = sets.family();
        this.mark = 1 << markBit;
    }

    /** Where packets to a frontend with that many endpoints go. */
    static Verdict verdict(Kind kind, int endpoints) {
        return new Verdict.Goto(endpoints == 0 ? REFUSE : kind.prefix + endpoints);
    }

    /** The rules that are there whatever the Services are, with their chains. */
    List<Rule> fixed(Masquerade masquerade) {
        List<Rule> rules = new ArrayList<>();
        Chain services = regular("services");
        Chain clusterIps = regular("cluster-ips");
        rules.add(Rule.of(nat("prerouting", Chain.Hook.PREROUTING), Statement.goTo(services)));
        rules.add(Rule.of(nat("output", Chain.Hook.OUTPUT), Statement.goTo(services)));
        rules.add(
                Rule.of(
                        services,
                        Statement.inSet(daddr(), sets.clusterIps()),
                        Statement.goTo(clusterIps)));
        // An API server's own port is no node port, whatever a Service claims.
        rules.add(
                Rule.of(
                        services,
                        Statement.inSet(concat(daddr(), PROTOCOL, PORT), sets.apiServers()),
                        Statement.accept()));
        rules.add(
                Rule.of(
                        services,
                        Statement.mismatch(daddr(), Value.of(loopback())),
                        Statement.fibDaddrLocal(),
                        Statement.vmap(concat(PROTOCOL, PORT), sets.nodePorts())));
        rules.addAll(clusterIpRules(clusterIps, masquerade));
        Chain refuse = regular(REFUSE);
        rules.add(
                Rule.of(refuse, Statement.l4proto(Value.Protocol.TCP), Statement.Reject.TCP_RESET));
        rules.add(Rule.of(refuse, Statement.Reject.portUnreachable(family)));
        for (Kind kind : Kind.values()) {
            rules.addAll(sized(kind, 1));
        }
        rules.addAll(postrouting());
        return rules;
    }

    private List<Rule> clusterIpRules(Chain chain, Masquerade masquerade) {
        List<Rule> rules = new ArrayList<>();
        Statement setMark = new Statement.SetMark(mark, mark);
        switch (masquerade) {
            case NEVER -> {}
            case ALL -> rules.add(Rule.of(chain, setMark));
            case FOREIGN ->
                    rules.add(
                            Rule.of(
                                    chain,
                                    Statement.notInSet(
                                            Expression.saddr(family), sets.localSources()),
                                    setMark));
        }
        rules.add(Rule.of(chain, Statement.vmap(concat(daddr(), PROTOCOL, PORT), sets.services())));
        // A port that the Service does not have, or a protocol without ports.
        rules.add(Rule.of(chain, Statement.goTo(regular(REFUSE))));
        return rules;
    }

    private List<Rule> postrouting() {
        Chain chain =
                Chain.base(
                        sets.table(),
                        "postrouting",
                        Chain.Type.NAT,
                        Chain.Hook.POSTROUTING,
                        Chain.Base.SRCNAT);
        return List.of(
                Rule.of(
                        chain,
                        new Statement.MatchMark(mark, true, 0),
                        new Statement.SetMark(0, mark),
                        MASQUERADE),
                Rule.of(
                        chain,
                        Statement.MatchCtStatus.DNAT,
                        Statement.inSet(concat(Expression.saddr(family), daddr()), sets.hairpins()),
                        MASQUERADE));
    }

    /**
     * The rules of the chain for frontends with {@code endpoints} endpoints. A packet can meet a
     * transaction between its two lookups and find its place gone: it then takes the first
     * endpoint, and is refused if there is none.
     */
    List<Rule> sized(Kind kind, int endpoints) {
        Chain chain = regular(kind.prefix + endpoints);
        Expression place = new Expression.RandomNumber(endpoints);
        List<Rule> rules = new ArrayList<>();
        switch (kind) {
            case CLUSTER_IP ->
                    rules.add(
                            Rule.of(
                                    chain,
                                    Statement.dnat(
                                            concat(daddr(), PROTOCOL, PORT, place),
                                            sets.endpoints())));
            case NODE_PORT -> {
                rules.add(Rule.of(chain, new Statement.SetMark(mark, mark)));
                rules.add(
                        Rule.of(
                                chain,
                                Statement.dnat(
                                        concat(PROTOCOL, PORT, place), sets.nodePortEndpoints())));
            }
        }
        rules.add(Rule.of(chain, new Statement.Decide(verdict(kind, endpoints == 1 ? 0 : 1))));
        return rules;
    }

    private Expression daddr() {
        return Expression.daddr(family);
    }

    /** Node ports are not served on it: the kernel would have to route loopback addresses. */
    private Prefix loopback() {
        return Prefix.parse(family == IpFamily.IPV4 ? "127.0.0.0/8" : "::1/128");
    }

    private Chain regular(String name) {
        return Chain.regular(sets.table(), name);
    }

    private Chain nat(String name, Chain.Hook hook) {
        return Chain.base(sets.table(), name, Chain.Type.NAT, hook, Chain.Base.DSTNAT);
    }
}
