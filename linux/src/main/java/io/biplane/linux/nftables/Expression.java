package io.biplane.linux.nftables;

import io.biplane.netip.IpFamily;

import java.util.List;
import java.util.stream.Collectors;

/** Something that is read from a packet, its connection or a map, to be matched or looked up. */
public sealed interface Expression {
    /** What it gives, one type for each field; most give one. */
    List<DataType> types();

    /** A field of a packet's headers; offsets are in bytes from the start of the header. */
    enum Payload implements Expression {
        IP_SADDR(1, 12, DataType.IPV4_ADDR, "ip saddr"),
        IP_DADDR(1, 16, DataType.IPV4_ADDR, "ip daddr"),
        IP6_SADDR(1, 8, DataType.IPV6_ADDR, "ip6 saddr"),
        IP6_DADDR(1, 24, DataType.IPV6_ADDR, "ip6 daddr"),
        TH_SPORT(2, 0, DataType.INET_SERVICE, "th sport"),
        TH_DPORT(2, 2, DataType.INET_SERVICE, "th dport"),
        /** Only behind {@code meta l4proto icmp}, as {@link #ICMPV6_TYPE} is. */
        ICMP_TYPE(2, 0, DataType.ICMP_TYPE, "icmp type"),
        ICMPV6_TYPE(2, 0, DataType.ICMPV6_TYPE, "icmpv6 type");

        private final int base;
        private final int offset;
        private final DataType type;
        private final String text;

        Payload(int base, int offset, DataType type, String text) {
            this.base = base;
            this.offset = offset;
            this.type = type;
            this.text = text;
        }

        /** The header: 1 for the network's, 2 for the transport's. */
        public int base() {
            return base;
        }

        public int offset() {
            return offset;
        }

        public DataType type() {
            return type;
        }

        @Override
        public List<DataType> types() {
            return List.of(type);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** What the kernel knows of a packet beside its bytes; the numbers are the kernel's. */
    enum Meta implements Expression {
        MARK(3, DataType.MARK, "meta mark"),
        IIFNAME(6, DataType.IFNAME, "meta iifname"),
        OIFNAME(7, DataType.IFNAME, "meta oifname"),
        L4PROTO(16, DataType.INET_PROTO, "meta l4proto");

        private final int key;
        private final DataType type;
        private final String text;

        Meta(int key, DataType type, String text) {
            this.key = key;
            this.type = type;
            this.text = text;
        }

        public int key() {
            return key;
        }

        @Override
        public List<DataType> types() {
            return List.of(type);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * What a packet's connection was addressed from and to before any translation. As text, nft
     * takes the ports only in a rule that matches {@code meta l4proto} before.
     */
    enum CtOriginal implements Expression {
        IP_SADDR(19, DataType.IPV4_ADDR, "ct original ip saddr"),
        IP_DADDR(20, DataType.IPV4_ADDR, "ct original ip daddr"),
        IP6_SADDR(21, DataType.IPV6_ADDR, "ct original ip6 saddr"),
        IP6_DADDR(22, DataType.IPV6_ADDR, "ct original ip6 daddr"),
        PROTO_SRC(11, DataType.INET_SERVICE, "ct original proto-src"),
        PROTO_DST(12, DataType.INET_SERVICE, "ct original proto-dst");

        private final int key;
        private final DataType type;
        private final String text;

        CtOriginal(int key, DataType type, String text) {
            this.key = key;
            this.type = type;
            this.text = text;
        }

        public int key() {
            return key;
        }

        @Override
        public List<DataType> types() {
            return List.of(type);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * The link that packets to the source address leave by; empty if there is no route, or the
     * address is this namespace's own.
     */
    record FibSourceLink() implements Expression {
        @Override
        public List<DataType> types() {
            return List.of(DataType.IFNAME);
        }

        @Override
        public String toString() {
            return "fib saddr oifname";
        }
    }

    /** A random number from 0 to {@code modulus} - 1 for each packet. */
    record RandomNumber(int modulus) implements Expression {
        public RandomNumber {
            if (modulus < 1) {
                throw new IllegalArgumentException("numgen mod %d".formatted(modulus));
            }
        }

        @Override
        public List<DataType> types() {
            return List.of(DataType.INTEGER);
        }

        @Override
        public String toString() {
            return "numgen random mod " + modulus;
        }
    }

    /** Several expressions side by side. */
    record Concat(List<Expression> parts) implements Expression {
        public Concat {
            parts = List.copyOf(parts);
            if (parts.size() < 2) {
                throw new IllegalArgumentException("a concatenation has two parts or more");
            }
            if (parts.stream().anyMatch(p -> p instanceof Concat || p instanceof MapLookup)) {
                throw new IllegalArgumentException("a concatenation holds single fields only");
            }
        }

        @Override
        public List<DataType> types() {
            return parts.stream().flatMap(p -> p.types().stream()).toList();
        }

        @Override
        public String toString() {
            return parts.stream().map(Object::toString).collect(Collectors.joining(" . "));
        }
    }

    /** What a key leads to in a map; a rule ends where the map has no such key. */
    record MapLookup(Expression key, NftMap map) implements Expression {
        public MapLookup {
            if (map.toVerdicts()) {
                throw new IllegalArgumentException("%s maps to verdicts".formatted(map));
            }
            requireKey(key, map);
        }

        @Override
        public List<DataType> types() {
            return map.data();
        }

        @Override
        public String toString() {
            return key + " map @" + map.name();
        }
    }

    /**
     * @throws IllegalArgumentException if the expression does not give what the set's key is made
     *     of
     */
    static void requireKey(Expression key, NamedSet set) {
        if (!key.types().equals(set.key())) {
            throw new IllegalArgumentException(
                    "\"%s\" gives %s, but the key of %s is %s"
                            .formatted(key, key.types(), set, set.key()));
        }
    }

    static Expression concat(Expression... parts) {
        return new Concat(List.of(parts));
    }

    static Payload saddr(IpFamily family) {
        return family == IpFamily.IPV4 ? Payload.IP_SADDR : Payload.IP6_SADDR;
    }

    static Payload daddr(IpFamily family) {
        return family == IpFamily.IPV4 ? Payload.IP_DADDR : Payload.IP6_DADDR;
    }

    static Payload icmpType(IpFamily family) {
        return family == IpFamily.IPV4 ? Payload.ICMP_TYPE : Payload.ICMPV6_TYPE;
    }

    static CtOriginal ctOriginalSaddr(IpFamily family) {
        return family == IpFamily.IPV4 ? CtOriginal.IP_SADDR : CtOriginal.IP6_SADDR;
    }

    static CtOriginal ctOriginalDaddr(IpFamily family) {
        return family == IpFamily.IPV4 ? CtOriginal.IP_DADDR : CtOriginal.IP6_DADDR;
    }
}
