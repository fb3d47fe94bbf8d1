package io.biplane.linux.nftables;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A named map.
 *
 * @param data the fields of a datum; empty for a map to verdicts
 */
public record NftMap(
        Table table,
        String name,
        List<DataType> key,
        List<DataType> data,
        Set<Flag> flags,
        Owner owner,
        Optional<Duration> timeout,
        String comment)
        implements NamedSet {
    public NftMap {
        key = List.copyOf(key);
        data = List.copyOf(data);
        flags = Set.copyOf(flags);
        NamedSet.check("map", name, key, flags, owner, comment);
    }

    /** A map from keys to data. */
    public static NftMap of(Table table, String name, List<DataType> key, List<DataType> data) {
        return new NftMap(table, name, key, data, Set.of(), Owner.US, Optional.empty(), "");
    }

    /** A map from keys to verdicts. */
    public static NftMap verdicts(Table table, String name, DataType... key) {
        return new NftMap(
                table, name, List.of(key), List.of(), Set.of(), Owner.US, Optional.empty(), "");
    }

    /**
     * A map from keys to data that the kernel fills.
     *
     * @param timeout the time after which an element goes, if the rule that added it says nothing
     *     else
     * @param size how many elements it holds at most
     */
    public static NftMap dynamic(
            Table table,
            String name,
            Duration timeout,
            int size,
            List<DataType> key,
            List<DataType> data) {
        return new NftMap(
                table,
                name,
                key,
                data,
                Set.of(Flag.TIMEOUT),
                new Owner.Kernel(size),
                Optional.of(timeout),
                "");
    }

    /** Whether the data are verdicts. */
    public boolean toVerdicts() {
        return data.isEmpty();
    }

    @Override
    public String kind() {
        return "map";
    }

    @Override
    public String types(boolean typeof) {
        String to = data.isEmpty() ? "verdict" : NamedSet.join(data, typeof);
        return NamedSet.join(key, typeof) + " : " + to;
    }

    /** nft's way to name it, {@code ip6 proxy services}. */
    @Override
    public String toString() {
        return table + " " + name;
    }
}
