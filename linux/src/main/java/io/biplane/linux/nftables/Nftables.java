package io.biplane.linux.nftables;

import io.biplane.linux.netlink.NetlinkException;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The nftables ruleset of one network namespace. It may be used from any thread. */
public interface Nftables extends AutoCloseable {
    /** The {@link #generation} of a namespace whose ruleset nobody has ever changed. */
    long UNTOUCHED = 1;

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

    /**
     * The chains of a table, in the order of their making, without those that have no name and are
     * part of a rule; none if there is no such table.
     */
    List<Chain> chains(Table table);

    /**
     * The named sets and maps of a table that are made of types in {@link DataType}; none if there
     * is no such table.
     */
    List<NamedSet> sets(Table table);

    /**
     * The names of the named sets and maps of a table that {@link #sets} leaves out: those of types
     * that are not in {@link DataType}.
     */
    List<String> setsOfOtherTypes(Table table);

    /**
     * The elements of a set or map, in no order; ranges that are prefixes come as such.
     *
     * @throws NetlinkException with {@code ENOENT} if there is no such set
     */
    List<Element> elements(NamedSet set);

    /**
     * The rules of a table by the names of their chains, each chain's in their order; a chain
     * without rules has no entry.
     */
    Map<String, List<InstalledRule>> rules(Table table);

    /** The rules of a chain, in their order; none if there is no such chain. */
    default List<InstalledRule> rules(Chain chain) {
        return rules(chain.table()).getOrDefault(chain.name(), List.of());
    }

    /** The fingerprint that {@link #commit} stores with this rule. */
    Fingerprint fingerprint(Rule rule);

    /**
     * A rule as the kernel has it.
     *
     * @param handle the kernel's number for it
     * @param expressions the names of the kernel's expressions, such as {@code lookup}
     * @param comment empty for none
     * @param fingerprint empty where another program wrote the rule
     */
    record InstalledRule(
            long handle,
            List<String> expressions,
            String comment,
            Optional<Fingerprint> fingerprint) {
        public InstalledRule {
            expressions = List.copyOf(expressions);
        }

        /** Names the rule as {@code nft -a list} shows it. */
        @Override
        public String toString() {
            return "rule handle %d (%s)%s"
                    .formatted(
                            handle,
                            String.join(" ", expressions),
                            comment.isEmpty() ? "" : " comment \"" + comment + "\"");
        }
    }

    @Override
    void close();
}
