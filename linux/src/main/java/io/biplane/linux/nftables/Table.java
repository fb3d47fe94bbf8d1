package io.biplane.linux.nftables;

import io.biplane.netip.IpFamily;

import java.util.Locale;

/**
 * A table. Two tables of equal family and name are the same table, whatever their comment.
 *
 * @param comment empty for none
 */
public record Table(Family family, String name, String comment) {
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

    /** A table without a comment. */
    public static Table of(Family family, String name) {
        return new Table(family, name, "");
    }

    /** A table for one address family. */
    public static Table of(IpFamily family, String name) {
        return of(Family.of(family), name);
    }

    /** nft's way to name it, {@code ip6 masq}. */
    @Override
    public String toString() {
        return family + " " + name;
    }
}
