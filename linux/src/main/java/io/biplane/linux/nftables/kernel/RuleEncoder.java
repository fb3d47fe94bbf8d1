package io.biplane.linux.nftables.kernel;

import io.biplane.linux.netlink.MessageWriter;
import io.biplane.linux.nftables.Expression;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.Statement;
import io.biplane.linux.nftables.Value;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.util.List;
import java.util.function.Consumer;

/**
 * Writes statements as the kernel's expressions, which pass values through 16 registers of 32 bits.
 * Every statement starts at register 0; an expression takes as many as its value needs.
 */
final class RuleEncoder {
    private static final int NFT_REG32_00 = 8;
    private static final int NFT_REG_VERDICT = 0;
    private static final int NFT_CMP_EQ = 0;
    private static final int NFT_CMP_NEQ = 1;
    private static final int NFT_META_MARK = 3;
    private static final int NFT_CT_STATE = 0;
    private static final int NFT_CT_STATUS = 2;
    private static final int NFT_FIB_RESULT_OIF = 1;
    private static final int NFT_FIB_RESULT_OIFNAME = 2;
    private static final int NFT_FIB_RESULT_ADDRTYPE = 3;
    private static final int NFTA_FIB_F_SADDR = 1;
    private static final int NFTA_FIB_F_DADDR = 2;
    private static final int NFTA_FIB_F_IIF = 8;
    private static final int NFTA_FIB_F_PRESENT = 32;
    private static final int RTN_LOCAL = 2;
    private static final int NFT_LOOKUP_F_INV = 1;
    private static final int NFT_NG_RANDOM = 1;
    private static final int NFT_NAT_DNAT = 1;
    private static final int NF_NAT_RANGE_PROTO_RANDOM = 4;
    private static final int NF_NAT_RANGE_PROTO_RANDOM_FULLY = 16;
    private static final int NFT_REJECT_ICMP_UNREACH = 0;
    private static final int NFT_REJECT_TCP_RST = 1;
    private static final int ICMP_PORT_UNREACH = 3;
    private static final int ICMPV6_PORT_UNREACH = 4;
    private static final int NFT_DYNSET_OP_ADD = 0;
    private static final int NFT_DYNSET_OP_UPDATE = 1;
    private static final int NFPROTO_IPV4 = 2;
    private static final int NFPROTO_IPV6 = 10;

    private final MessageWriter out;

    RuleEncoder(MessageWriter out) {
        this.out = out;
    }

    void write(Statement statement) {
        switch (statement) {
            case Statement.Match match -> match(match);
            case Statement.MatchMark(int mask, boolean negated, int value) -> {
                load(Expression.Meta.MARK, 0);
                mask(0, Values.hostOrder(mask), Values.hostOrder(0));
                compare(negated, Values.hostOrder(value));
            }
            case Statement.InSet(var key, boolean negated, var set) -> {
                load(key, 0);
                lookup(set, -1, negated);
            }
            case Statement.MatchCtState(var states) ->
                    anyBit(NFT_CT_STATE, states.stream().mapToInt(s -> s.bit()).sum());
            case Statement.MatchCtStatus status -> anyBit(NFT_CT_STATUS, status.bit());
            case Statement.MatchFibLocal(boolean destination, boolean negated) -> {
                fib(NFT_FIB_RESULT_ADDRTYPE, destination ? NFTA_FIB_F_DADDR : NFTA_FIB_F_SADDR, 0);
                compare(negated, Values.hostOrder(RTN_LOCAL));
            }
            case Statement.MatchNoRouteBack() -> {
                fib(NFT_FIB_RESULT_OIF, NFTA_FIB_F_SADDR | NFTA_FIB_F_IIF | NFTA_FIB_F_PRESENT, 0);
                compare(false, Values.hostOrder(0));
            }
            case Statement.VerdictMap(var key, var map) -> {
                load(key, 0);
                lookup(map, NFT_REG_VERDICT, false);
            }
            case Statement.Decide(var verdict) ->
                    expression(
                            "immediate",
                            o -> {
                                o.attrBe32(1, NFT_REG_VERDICT);
                                Values.verdict(o, 2, verdict);
                            });
            case Statement.DnatTo(var addr, int port) -> {
                int next = immediate(0, List.of(Value.of(addr)));
                int _ = immediate(next, List.of(Value.port(port)));
                dnat(addr.family(), next);
            }
            case Statement.DnatMap dnat -> {
                load(dnat.target(), 0);
                dnat(dnat.family(), registers(dnat.family().bytes()));
            }
            case Statement.Masquerade masquerade -> masquerade(masquerade);
            case Statement.Reject reject -> reject(reject);
            case Statement.SetMark mark -> setMark(mark);
            case Statement.Counter() -> expression("counter", _ -> {});
            case Statement.Remember remember -> remember(remember);
        }
    }

    private void expression(String name, Consumer<MessageWriter> properties) {
        int element = out.nest(Protocol.NFTA_LIST_ELEM);
        out.attrString(Protocol.NFTA_EXPR_NAME, name);
        int data = out.nest(Protocol.NFTA_EXPR_DATA);
        properties.accept(out);
        out.close(data);
        out.close(element);
    }

    private static int register(int index) {
        if (index > 15) {
            throw new IllegalArgumentException("a key is longer than the kernel's 16 registers");
        }
        return NFT_REG32_00 + index;
    }

    private static int registers(int bytes) {
        return (bytes + 3) / 4;
    }

    /** Loads the value from register {@code at} on; returns the first register after it. */
    private int load(Expression expression, int at) {
        switch (expression) {
            case Expression.Payload field ->
                    expression(
                            "payload",
                            o ->
                                    o.attrBe32(1, register(at))
                                            .attrBe32(2, field.base())
                                            .attrBe32(3, field.offset())
                                            .attrBe32(4, field.type().bytes()));
            case Expression.Meta meta ->
                    expression("meta", o -> o.attrBe32(2, meta.key()).attrBe32(1, register(at)));
            case Expression.CtOriginal ct ->
                    expression(
                            "ct",
                            o ->
                                    o.attrBe32(2, ct.key())
                                            .attrBe32(1, register(at))
                                            .attrU8(3, 0)); // direction: original
            case Expression.FibSourceLink() -> fib(NFT_FIB_RESULT_OIFNAME, NFTA_FIB_F_SADDR, at);
            case Expression.RandomNumber(int modulus) ->
                    expression(
                            "numgen",
                            o ->
                                    o.attrBe32(1, register(at))
                                            .attrBe32(2, modulus)
                                            .attrBe32(3, NFT_NG_RANDOM)
                                            .attrBe32(4, 0));
            case Expression.Concat(var parts) -> {
                int next = at;
                for (Expression part : parts) {
                    next = load(part, next);
                }
                return next;
            }
            case Expression.MapLookup(var key, var map) -> {
                int _ = load(key, at);
                lookupAt(map, at, register(at), false);
            }
        }
        return at + registers(Values.length(expression.types()));
    }

    private void lookup(NamedSet set, int destination, boolean negated) {
        lookupAt(set, 0, destination, negated);
    }

    private void lookupAt(NamedSet set, int source, int destination, boolean negated) {
        expression(
                "lookup",
                o -> {
                    o.attrString(1, set.name()).attrBe32(2, register(source));
                    if (destination >= 0) {
                        o.attrBe32(3, destination);
                    }
                    if (negated) {
                        o.attrBe32(5, NFT_LOOKUP_F_INV);
                    }
                });
    }

    private void compare(boolean negated, byte[] value) {
        expression(
                "cmp",
                o -> {
                    o.attrBe32(1, register(0)).attrBe32(2, negated ? NFT_CMP_NEQ : NFT_CMP_EQ);
                    Values.attribute(o, 3, value);
                });
    }

    /** {@code register = register & mask ^ xor}. */
    private void mask(int at, byte[] mask, byte[] xor) {
        expression(
                "bitwise",
                o -> {
                    o.attrBe32(1, register(at)).attrBe32(2, register(at)).attrBe32(3, mask.length);
                    Values.attribute(o, 4, mask);
                    Values.attribute(o, 5, xor);
                });
    }

    private void match(Statement.Match match) {
        int _ = load(match.left(), 0);
        if (match.value() instanceof Value.Block(Prefix prefix)) {
            byte[] mask = Values.netmask(prefix.family(), prefix.bits());
            mask(0, mask, new byte[mask.length]);
            compare(match.negated(), prefix.network().toBytes());
        } else {
            expression(
                    "cmp",
                    o -> {
                        o.attrBe32(1, register(0));
                        o.attrBe32(2, match.negated() ? NFT_CMP_NEQ : NFT_CMP_EQ);
                        Values.attribute(o, 3, List.of(match.value()), Values.Bound.FIRST);
                    });
        }
    }

    /** Whether a bit field of the connection has any of the bits. */
    private void anyBit(int key, int bits) {
        expression("ct", o -> o.attrBe32(2, key).attrBe32(1, register(0)));
        mask(0, Values.hostOrder(bits), Values.hostOrder(0));
        compare(true, Values.hostOrder(0));
    }

    private void fib(int result, int flags, int at) {
        expression("fib", o -> o.attrBe32(1, register(at)).attrBe32(2, result).attrBe32(3, flags));
    }

    private int immediate(int at, List<Value> values) {
        expression(
                "immediate",
                o -> {
                    o.attrBe32(1, register(at));
                    Values.attribute(o, 2, values, Values.Bound.FIRST);
                });
        return at + registers(values.getFirst().type().bytes());
    }

    /** The new address stands in register 0 and those after it, the new port at {@code port}. */
    private void dnat(IpFamily family, int port) {
        expression(
                "nat",
                o ->
                        o.attrBe32(1, NFT_NAT_DNAT)
                                .attrBe32(2, family == IpFamily.IPV4 ? NFPROTO_IPV4 : NFPROTO_IPV6)
                                .attrBe32(3, register(0))
                                .attrBe32(5, register(port)));
    }

    private void masquerade(Statement.Masquerade masquerade) {
        int flags =
                (masquerade.random() ? NF_NAT_RANGE_PROTO_RANDOM : 0)
                        | (masquerade.fullyRandom() ? NF_NAT_RANGE_PROTO_RANDOM_FULLY : 0);
        expression(
                "masq",
                o -> {
                    if (flags != 0) {
                        o.attrBe32(1, flags);
                    }
                });
    }

    private void reject(Statement.Reject reject) {
        int type =
                reject == Statement.Reject.TCP_RESET ? NFT_REJECT_TCP_RST : NFT_REJECT_ICMP_UNREACH;
        int code =
                switch (reject) {
                    case ICMP_PORT_UNREACHABLE -> ICMP_PORT_UNREACH;
                    case ICMPV6_PORT_UNREACHABLE -> ICMPV6_PORT_UNREACH;
                    case TCP_RESET -> 0;
                };
        expression("reject", o -> o.attrBe32(1, type).attrU8(2, code));
    }

    private void setMark(Statement.SetMark mark) {
        if (mark.mask() == -1) {
            int _ = immediate(0, List.of(new Value.Mark(mark.bits())));
        } else {
            int _ = load(Expression.Meta.MARK, 0);
            mask(0, Values.hostOrder(~mark.mask()), Values.hostOrder(mark.bits()));
        }
        expression("meta", o -> o.attrBe32(2, NFT_META_MARK).attrBe32(3, register(0)));
    }

    private void remember(Statement.Remember remember) {
        int data = load(remember.key(), 0);
        remember.data().ifPresent(d -> load(d, data));
        expression(
                "dynset",
                o -> {
                    o.attrString(1, remember.set().name());
                    o.attrBe32(3, remember.refresh() ? NFT_DYNSET_OP_UPDATE : NFT_DYNSET_OP_ADD);
                    o.attrBe32(4, register(0));
                    if (remember.data().isPresent()) {
                        o.attrBe32(5, register(data));
                    }
                    remember.timeout().ifPresent(t -> o.attrBe64(6, t.toMillis()));
                });
    }
}
