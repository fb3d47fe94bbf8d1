package io.biplane.network.masquerade;

import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.DataType;
import io.biplane.linux.nftables.Expression;
import io.biplane.linux.nftables.NftSet;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.Rule;
import io.biplane.linux.nftables.Statement;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.Transaction;
import io.biplane.linux.nftables.Value;
import io.biplane.linux.nftables.desired.DesiredTable;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The one table per family that a cluster has on the host, {@code biplane-<cluster>}: what nodes
 * send to the world beyond the host leaves it with the host's address. Pods' own packets come here
 * with their node's address already, or with a public one that stays.
 */
public final class HostEgress {
    private HostEgress() {}

    /** The name of the cluster's tables. */
    public static String tableName(String cluster) {
        return "biplane-" + cluster;
    }

    /**
     * The tables, one for each family in which there are sources.
     *
     * @param cluster the cluster's name
     * @param link the host's link to the fabric; what leaves by it stays in the cluster
     * @param sources the ranges of nodes and of the link itself
     */
    public static List<DesiredTable> tables(String cluster, String link, List<Prefix> sources) {
        List<Prefix> disjoint = Prefix.withoutNested(sources);
        return Arrays.stream(IpFamily.values())
                .filter(family -> disjoint.stream().anyMatch(p -> p.family() == family))
                .map(family -> table(cluster, link, disjoint, family))
                .toList();
    }

    /** Removes the cluster's tables, if they are there. */
    public static void remove(Nftables host, String cluster) {
        Transaction transaction = new Transaction();
        for (IpFamily family : IpFamily.values()) {
            transaction.destroy(Table.of(family, tableName(cluster)));
        }
        host.commit(transaction);
    }

    private static DesiredTable table(
            String cluster, String link, List<Prefix> sources, IpFamily family) {
        Table table = Table.of(family, tableName(cluster));
        NftSet set = NftSet.intervals(table, "sources", DataType.address(family));
        Chain postrouting =
                Chain.base(
                        table,
                        "postrouting",
                        Chain.Type.NAT,
                        Chain.Hook.POSTROUTING,
                        Chain.Base.SRCNAT);
        Rule rule =
                Rule.of(
                        postrouting,
                        Statement.inSet(Expression.saddr(family), set),
                        Statement.mismatch(Expression.Meta.OIFNAME, new Value.LinkName(link)),
                        new Statement.Masquerade(false, true));
        List<Prefix> own = sources.stream().filter(p -> p.family() == family).toList();
        return new DesiredTable(
                table,
                List.of(postrouting),
                List.of(rule),
                Map.of(set, MasqueradeTable.elements(own)));
    }
}
