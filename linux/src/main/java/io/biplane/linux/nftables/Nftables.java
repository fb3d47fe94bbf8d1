package io.biplane.linux.nftables;

import io.biplane.linux.netlink.NetlinkException;

import java.util.List;

/** The nftables ruleset of one network namespace. It may be used from any thread. */
public interface Nftables extends AutoCloseable {
    /**
     * Carries out a transaction, all of it or nothing.
     *
     * @throws NetlinkException naming the operation that was refused
     */
    void commit(Transaction transaction);

    /**
     * The number of the ruleset's last change, by whomever; every transaction adds one. 32 bits,
     * unsigned; -1 where changes are not numbered.
     */
    default long generation() {
        return -1;
    }

    /** All tables. */
    List<Table> tables();

    /** The chains of a table, in the order of their making; none if there is no such table. */
    List<Chain> chains(Table table);

    /**
     * The named sets and maps of a table that are made of types in {@link DataType}; none if there
     * is no such table.
     */
    List<NamedSet> sets(Table table);

    /**
     * The elements of a set or map, in no order; ranges that are prefixes come as such.
     *
     * @throws NetlinkException with {@code ENOENT} if there is no such set
     */
    List<Element> elements(NamedSet set);

    /** The rules of a chain, in their order, as far as another program can tell them apart. */
    List<InstalledRule> rules(Chain chain);

    /**
     * A rule as the kernel has it.
     *
     * @param handle the kernel's number for it
     * @param expressions the names of the kernel's expressions, such as {@code lookup}
     * @param comment empty for none
     */
    record InstalledRule(long handle, List<String> expressions, String comment) {
        public InstalledRule {
            expressions = List.copyOf(expressions);
        }
    }

    @Override
    void close();
}
