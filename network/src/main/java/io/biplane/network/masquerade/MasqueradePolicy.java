package io.biplane.network.masquerade;

import io.biplane.linux.nftables.desired.DesiredTable;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which packets get their node's source address: those from {@code sources} to anywhere but {@code
 * untouched}. Both lists hold both families, sorted and disjoint; a family without sources is not
 * masqueraded at all.
 */
public record MasqueradePolicy(List<Prefix> sources, List<Prefix> untouched) {
    /** Never translated, whatever the configuration: link-local, multicast, broadcast. */
    private static final List<Prefix> NEVER =
            Stream.of(
                            "169.254.0.0/16",
                            "224.0.0.0/4",
                            "255.255.255.255/32",
                            "fe80::/10",
                            "ff00::/8")
                    .map(Prefix::parse)
                    .toList();

    public MasqueradePolicy {
        sources = Prefix.withoutNested(sources);
        untouched = Prefix.withoutNested(untouched);
    }

    /** The policy of a cluster that says nothing else: non-public pod addresses only. */
    public static MasqueradePolicy of(ClusterRanges cluster) {
        List<Prefix> untouched = new ArrayList<>(NEVER);
        untouched.addAll(cluster.pods());
        untouched.addAll(cluster.services());
        untouched.addAll(cluster.nodes());
        return new MasqueradePolicy(nonPublic(cluster.pods()), untouched);
    }

    /** The parts of the blocks that are not public. */
    private static List<Prefix> nonPublic(List<Prefix> blocks) {
        List<Prefix> parts = new ArrayList<>();
        for (Prefix block : blocks) {
            for (Prefix nonPublic : Addr.nonPublicBlocks()) {
                if (nonPublic.contains(block)) {
                    parts.add(block);
                } else if (block.contains(nonPublic)) {
                    parts.add(nonPublic);
                }
            }
        }
        return parts;
    }

    /** The tables that do so in a node's namespace, one for each family. */
    public List<DesiredTable> tables() {
        return Arrays.stream(IpFamily.values())
                .map(family -> MasqueradeTable.of(this, family))
                .toList();
    }

    List<Prefix> sources(IpFamily family) {
        return of(sources, family);
    }

    List<Prefix> untouched(IpFamily family) {
        return of(untouched, family);
    }

    private static List<Prefix> of(List<Prefix> prefixes, IpFamily family) {
        return prefixes.stream().filter(prefix -> prefix.family() == family).toList();
    }
}
