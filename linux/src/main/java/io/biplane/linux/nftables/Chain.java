package io.biplane.linux.nftables;

import java.util.Locale;
import java.util.Optional;

/**
 * A chain: with a base it is called by the kernel, without one by other chains.
 *
 * @param comment empty for none
 */
public record Chain(Table table, String name, Optional<Base> base, String comment) {
    /** What a base chain may do. */
    public enum Type {
        FILTER,
        NAT,
        ROUTE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where in a packet's way the kernel calls a base chain. */
    public enum Hook {
        PREROUTING(0),
        INPUT(1),
        FORWARD(2),
        OUTPUT(3),
        POSTROUTING(4);

        private final int number;

        Hook(int number) {
            this.number = number;
        }

        /** The kernel's number. */
        public int number() {
            return number;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What becomes of a packet that no rule of a base chain decided on. */
    public enum Policy {
        DROP(0),
        ACCEPT(1);

        private final int number;

        Policy(int number) {
            this.number = number;
        }

        /** The kernel's number. */
        public int number() {
            return number;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How the kernel calls a chain.
     *
     * @param priority low numbers come first; see {@link #DSTNAT} and {@link #SRCNAT}
     */
    public record Base(Type type, Hook hook, int priority, Policy policy) {
        // linux/netfilter_ipv4.h
        /** Before fragments are put together, so before anything else sees a packet. */
        public static final int RAW_BEFORE_DEFRAG = -450;

        public static final int RAW = -300;
        public static final int MANGLE = -150;
        public static final int DSTNAT = -100;
        public static final int FILTER = 0;
        public static final int SRCNAT = 100;

        /** The same with another policy. */
        public Base with(Policy other) {
            return new Base(type, hook, priority, other);
        }

        @Override
        public String toString() {
            return "type %s hook %s priority %d; policy %s;"
                    .formatted(type, hook, priority, policy);
        }
    }

    public Chain {
        Names.check("chain", name);
        Names.checkComment(comment);
    }

    /** A chain that other chains call. */
    public static Chain regular(Table table, String name) {
        return new Chain(table, name, Optional.empty(), "");
    }

    /** A chain that the kernel calls. */
    public static Chain base(Table table, String name, Type type, Hook hook, int priority) {
        return new Chain(
                table, name, Optional.of(new Base(type, hook, priority, Policy.ACCEPT)), "");
    }

    /** nft's way to name it, {@code ip6 masq postrouting}. */
    @Override
    public String toString() {
        return table + " " + name;
    }
}
