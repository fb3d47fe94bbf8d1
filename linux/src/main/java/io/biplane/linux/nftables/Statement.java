package io.biplane.linux.nftables;

import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** One step of a rule: a condition that ends the rule where it does not hold, or an action. */
public sealed interface Statement {
    /** {@code left == value} or, if negated, {@code left != value}. */
    record Match(Expression left, boolean negated, Value value) implements Statement {
        public Match {
            if (!left.types().equals(List.of(value.type()))) {
                throw new IllegalArgumentException(
                        "\"%s\" gives %s, but %s is %s"
                                .formatted(left, left.types(), value, value.type()));
            }
        }

        @Override
        public String toString() {
            return left + (negated ? " != " : " ") + value;
        }
    }

    /** {@code left & mask == value} on a packet's mark. */
    record MatchMark(int mask, boolean negated, int value) implements Statement {
        @Override
        public String toString() {
            return "meta mark & 0x%08x %s 0x%08x".formatted(mask, negated ? "!=" : "==", value);
        }
    }

    /** Whether a key is in a set. */
    record InSet(Expression key, boolean negated, NftSet set) implements Statement {
        public InSet {
            Expression.requireKey(key, set);
        }

        @Override
        public String toString() {
            return key + (negated ? " != @" : " @") + set.name();
        }
    }

    /** The states of a connection; the numbers are the kernel's bits. */
    enum CtState {
        INVALID(1),
        ESTABLISHED(2),
        RELATED(4),
        NEW(8),
        UNTRACKED(64);

        private final int bit;

        CtState(int bit) {
            this.bit = bit;
        }

        public int bit() {
            return bit;
        }
    }

    /** The connection is in one of the states. */
    record MatchCtState(Set<CtState> states) implements Statement {
        public MatchCtState {
            states = Set.copyOf(states);
            if (states.isEmpty()) {
                throw new IllegalArgumentException("ct state without a state");
            }
        }

        @Override
        public String toString() {
            return "ct state "
                    + states.stream()
                            .sorted()
                            .map(s -> s.name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(","));
        }
    }

    /** The connection's destination ({@code DNAT}) or source was translated. */
    enum MatchCtStatus implements Statement {
        SNAT(1 << 4),
        DNAT(1 << 5);

        private final int bit;

        MatchCtStatus(int bit) {
            this.bit = bit;
        }

        public int bit() {
            return bit;
        }

        @Override
        public String toString() {
            return "ct status " + name().toLowerCase(Locale.ROOT);
        }
    }

    /** The destination (or the source) is an address of this namespace, or is not. */
    record MatchFibLocal(boolean destination, boolean negated) implements Statement {
        @Override
        public String toString() {
            return "fib %s type %slocal"
                    .formatted(destination ? "daddr" : "saddr", negated ? "!= " : "");
        }
    }

    /**
     * No route to the source address leads out of the link that the packet came in by. An address
     * of this namespace has none. Of IPv6 a wider route counts, too, where the best one leads
     * elsewhere: a link that a default route uses takes any source.
     */
    record MatchNoRouteBack() implements Statement {
        @Override
        public String toString() {
            return "fib saddr . iif oif missing";
        }
    }

    /** The verdict that a key leads to in a map; goes on where the map has no such key. */
    record VerdictMap(Expression key, NftMap map) implements Statement {
        public VerdictMap {
            if (!map.toVerdicts()) {
                throw new IllegalArgumentException("%s does not map to verdicts".formatted(map));
            }
            Expression.requireKey(key, map);
        }

        @Override
        public String toString() {
            return key + " vmap @" + map.name();
        }
    }

    /** A verdict. */
    record Decide(Verdict verdict) implements Statement {
        @Override
        public String toString() {
            return verdict.toString();
        }
    }

    /**
     * Translates the destination to a fixed address and port. As text, nft takes it only in a rule
     * that matches {@code meta l4proto} before.
     */
    record DnatTo(Addr addr, int port) implements Statement {
        @Override
        public String toString() {
            String host = addr.family() == IpFamily.IPV4 ? addr.toString() : "[" + addr + "]";
            return "dnat to %s:%d".formatted(host, port);
        }
    }

    /** Translates the destination to the address and port that a map gives. */
    record DnatMap(Expression.MapLookup target) implements Statement {
        public DnatMap {
            List<DataType> types = target.types();
            boolean fits =
                    types.size() == 2
                            && (types.getFirst() == DataType.IPV4_ADDR
                                    || types.getFirst() == DataType.IPV6_ADDR)
                            && types.getLast() == DataType.INET_SERVICE;
            if (!fits) {
                throw new IllegalArgumentException(
                        "%s does not give an address and a port".formatted(target));
            }
        }

        /** The family of the new destination. */
        public IpFamily family() {
            return target.types().getFirst() == DataType.IPV4_ADDR ? IpFamily.IPV4 : IpFamily.IPV6;
        }

        @Override
        public String toString() {
            return "dnat %s to %s".formatted(Table.Family.of(family()), target);
        }
    }

    /** Translates the source to an address of the link that the packet leaves by. */
    record Masquerade(boolean random, boolean fullyRandom) implements Statement {
        @Override
        public String toString() {
            return "masquerade"
                    + (random ? " random" : "")
                    + (fullyRandom ? (random ? ",fully-random" : " fully-random") : "");
        }
    }

    /** Refuses the packet and tells its sender. */
    enum Reject implements Statement {
        ICMP_PORT_UNREACHABLE("reject with icmp type port-unreachable"),
        ICMPV6_PORT_UNREACHABLE("reject with icmpv6 type port-unreachable"),
        /** Only for packets that are TCP: put {@code meta l4proto tcp} before it. */
        TCP_RESET("reject with tcp reset");

        private final String text;

        Reject(String text) {
            this.text = text;
        }

        /** The port-unreachable of a family. */
        public static Reject portUnreachable(IpFamily family) {
            return family == IpFamily.IPV4 ? ICMP_PORT_UNREACHABLE : ICMPV6_PORT_UNREACHABLE;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** Sets bits of the packet's mark: {@code mark = mark & ~mask | bits}. */
    record SetMark(int bits, int mask) implements Statement {
        public SetMark {
            if ((bits & ~mask) != 0) {
                throw new IllegalArgumentException("%x is not within %x".formatted(bits, mask));
            }
        }

        @Override
        public String toString() {
            if (mask == -1) {
                return "meta mark set 0x%08x".formatted(bits);
            }
            String kept = mask == bits ? "meta mark" : "meta mark & 0x%08x".formatted(~mask);
            return bits == 0
                    ? "meta mark set " + kept
                    : "meta mark set %s | 0x%08x".formatted(kept, bits);
        }
    }

    /** Counts packets and bytes. */
    record Counter() implements Statement {
        @Override
        public String toString() {
            return "counter";
        }
    }

    /**
     * Adds a key to a set that the kernel fills, or a key and a datum to such a map; with {@code
     * refresh}, one that is there starts its time anew. As text, nft 1.0.6 aborts on a map to IPv6
     * addresses; the kernel does not mind.
     *
     * @param data what the key leads to, in a map
     */
    record Remember(
            boolean refresh,
            NamedSet set,
            Expression key,
            Optional<Expression> data,
            Optional<Duration> timeout)
            implements Statement {
        public Remember {
            Expression.requireKey(key, set);
            if (!set.isDynamic()) {
                throw new IllegalArgumentException(
                        "%s is filled by transactions, not by rules".formatted(set));
            }
            boolean fits =
                    switch (set) {
                        case NftSet _ -> data.isEmpty();
                        case NftMap map ->
                                data.isPresent() && data.get().types().equals(map.data());
                    };
            if (!fits) {
                throw new IllegalArgumentException(
                        "%s cannot hold %s".formatted(set, data.map(Object::toString).orElse("")));
            }
        }

        @Override
        public String toString() {
            return "%s @%s { %s%s%s }"
                    .formatted(
                            refresh ? "update" : "add",
                            set.name(),
                            key,
                            timeout.map(t -> " timeout " + t.toSeconds() + "s").orElse(""),
                            data.map(d -> " : " + d).orElse(""));
        }
    }

    static Statement match(Expression left, Value value) {
        return new Match(left, false, value);
    }

    static Statement mismatch(Expression left, Value value) {
        return new Match(left, true, value);
    }

    /** {@code ip daddr <prefix>} of the prefix's family. */
    static Statement daddrIn(Prefix prefix) {
        return new Match(Expression.daddr(prefix.family()), false, Value.of(prefix));
    }

    /** {@code ip saddr <prefix>} of the prefix's family. */
    static Statement saddrIn(Prefix prefix) {
        return new Match(Expression.saddr(prefix.family()), false, Value.of(prefix));
    }

    static Statement l4proto(Value.Protocol protocol) {
        return new Match(Expression.Meta.L4PROTO, false, protocol);
    }

    static Statement inSet(Expression key, NftSet set) {
        return new InSet(key, false, set);
    }

    static Statement notInSet(Expression key, NftSet set) {
        return new InSet(key, true, set);
    }

    static Statement vmap(Expression key, NftMap map) {
        return new VerdictMap(key, map);
    }

    static Statement dnat(Expression key, NftMap map) {
        return new DnatMap(new Expression.MapLookup(key, map));
    }

    static Statement ctState(CtState... states) {
        return new MatchCtState(Set.of(states));
    }

    static Statement fibDaddrLocal() {
        return new MatchFibLocal(true, false);
    }

    static Statement accept() {
        return new Decide(Verdict.Final.ACCEPT);
    }

    static Statement drop() {
        return new Decide(Verdict.Final.DROP);
    }

    static Statement returns() {
        return new Decide(Verdict.Final.RETURN);
    }

    static Statement jump(Chain chain) {
        return new Decide(new Verdict.Jump(chain.name()));
    }

    static Statement goTo(Chain chain) {
        return new Decide(new Verdict.Goto(chain.name()));
    }
}
