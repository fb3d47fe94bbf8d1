package io.biplane.linux.nftables;

import io.biplane.netip.IpFamily;

import java.util.Locale;

/**
 * A table. Two tables of equal family and name are the same table, whatever their comment.
 *
 * @param comment empty for none
 * @param dormant the kernel calls none of its chains; adding a table that is there says anew
 *     whether it is
 */
public record Table(Family family, String name, String comment, boolean dormant) {
    /** The packets that a table sees. */
    public enum Family {
        IP,
        IP6,
        INET;

        /** The family of tables that see packets of {@code family} only. */
        public static Family of(IpFamily family) {
            return family == IpFamily.IPV4 ? IP : IP6;
        }

        /** nft's word. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Table {
        Names.check("table", name);
        Names.checkComment(comment);
    }

    /** A table whose chains are called. */
    public Table(Family family, String name, String comment) {
        this(family, name, comment, false);
    }

    /** Whether a table may have that name and comment; the kernel allows others than nft does. */
    public static boolean mayBe(String name, String comment) {
        return Names.isName(name) && Names.isComment(comment);
    }

    /** A table without a comment. */
    public static Table of(Family family, String name) {
        return new Table(family, name, "");
    }

    /** A table for one address family. */
    public static Table of(IpFamily family, String name) {
        return of(Family.of(family), name);
    }

    /** Whether both are the same table of a ruleset. */
    public boolean sameAs(Table other) {
        return family == other.family && name.equals(other.name);
    }

    /** nft's way to name it, {@code ip6 masq}. */
    @Override
    public String toString() {
        return family + " " + name;
    }
}
