package io.biplane.linux.nftables;

import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;
import io.biplane.netip.TransportProtocol;

/** One field of a key or a datum, or what an expression is compared with. */
public sealed interface Value {
    /** The type that a field must have to hold the value. */
    DataType type();

    /** An address. */
    record Address(Addr addr) implements Value {
        @Override
        public DataType type() {
            return DataType.address(addr.family());
        }

        @Override
        public String toString() {
            return addr.toString();
        }
    }

    /** All addresses of a prefix; as a key only in interval sets. */
    record Block(Prefix prefix) implements Value {
        @Override
        public DataType type() {
            return DataType.address(prefix.family());
        }

        @Override
        public String toString() {
            return prefix.toString();
        }
    }

    /** What the IP header says that it carries: a transport protocol, or ICMP. */
    record Protocol(int number) implements Value {
        public static final Protocol ICMP = new Protocol(1);
        public static final Protocol TCP = of(TransportProtocol.TCP);
        public static final Protocol UDP = of(TransportProtocol.UDP);
        public static final Protocol ICMPV6 = new Protocol(58);
        public static final Protocol SCTP = of(TransportProtocol.SCTP);

        public Protocol {
            if (number < 0 || number > 255) {
                throw new IllegalArgumentException(
                        "protocol %d is not in 0..255".formatted(number));
            }
        }

        /** A protocol that has ports. */
        public static Protocol of(TransportProtocol protocol) {
            return new Protocol(protocol.number());
        }

        /** The protocol of a family's ICMP messages. */
        public static Protocol icmp(IpFamily family) {
            return family == IpFamily.IPV4 ? ICMP : ICMPV6;
        }

        @Override
        public DataType type() {
            return DataType.INET_PROTO;
        }

        @Override
        public String toString() {
            return switch (number) {
                case 1 -> "icmp";
                case 6 -> "tcp";
                case 17 -> "udp";
                case 58 -> "ipv6-icmp";
                case 132 -> "sctp";
                default -> Integer.toString(number);
            };
        }
    }

    /** A port. */
    record Port(int number) implements Value {
        public Port {
            if (number < 0 || number > 65535) {
                throw new IllegalArgumentException("port %d is not in 0..65535".formatted(number));
            }
        }

        @Override
        public DataType type() {
            return DataType.INET_SERVICE;
        }

        @Override
        public String toString() {
            return Integer.toString(number);
        }
    }

    /** The type of an ICMP message. */
    record IcmpType(IpFamily family, int number) implements Value {
        public IcmpType {
            if (number < 0 || number > 255) {
                throw new IllegalArgumentException(
                        "ICMP type %d is not in 0..255".formatted(number));
            }
        }

        @Override
        public DataType type() {
            return DataType.icmpType(family);
        }

        @Override
        public String toString() {
            return Integer.toString(number);
        }
    }

    /** A packet mark; all 32 bits count. */
    record Mark(int bits) implements Value {
        @Override
        public DataType type() {
            return DataType.MARK;
        }

        @Override
        public String toString() {
            return "0x%08x".formatted(bits);
        }
    }

    /** A plain number. */
    record PlainNumber(int number) implements Value {
        @Override
        public DataType type() {
            return DataType.INTEGER;
        }

        @Override
        public String toString() {
            return Integer.toUnsignedString(number);
        }
    }

    /** The name of a link. */
    record LinkName(String name) implements Value {
        public LinkName {
            if (name.isEmpty()
                    || name.length() > 15
                    || name.chars().anyMatch(c -> c <= ' ' || c == '"' || c == '*')) {
                throw new IllegalArgumentException("\"%s\" cannot name a link".formatted(name));
            }
        }

        @Override
        public DataType type() {
            return DataType.IFNAME;
        }

        @Override
        public String toString() {
            return "\"" + name + "\"";
        }
    }

    static Value of(Addr addr) {
        return new Address(addr);
    }

    /** All addresses of a prefix, or its only one. */
    static Value of(Prefix prefix) {
        return prefix.bits() == prefix.family().bits()
                ? new Address(prefix.network())
                : new Block(prefix);
    }

    static Value port(int number) {
        return new Port(number);
    }

    static Value number(int number) {
        return new PlainNumber(number);
    }
}
