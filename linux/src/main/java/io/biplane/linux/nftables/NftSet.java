package io.biplane.linux.nftables;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A named set of keys. */
public record NftSet(
        Table table,
        String name,
        List<DataType> key,
        Set<Flag> flags,
        Owner owner,
        Optional<Duration> timeout,
        String comment)
        implements NamedSet {
    public NftSet {
        key = List.copyOf(key);
        flags = Set.copyOf(flags);
        NamedSet.check("set", name, key, flags, owner, comment);
    }

    /** A set of single keys or concatenations. */
    public static NftSet of(Table table, String name, DataType... key) {
        return new NftSet(table, name, List.of(key), Set.of(), Owner.US, Optional.empty(), "");
    }

    /** A set of prefixes. */
    public static NftSet intervals(Table table, String name, DataType... key) {
        return new NftSet(
                table, name, List.of(key), Set.of(Flag.INTERVAL), Owner.US, Optional.empty(), "");
    }

    /**
     * A set that the kernel fills.
     *
     * @param timeout the time after which an element goes, if the rule that added it says nothing
     *     else
     * @param size how many elements it holds at most
     */
    public static NftSet dynamic(
            Table table, String name, Duration timeout, int size, DataType... key) {
        return new NftSet(
                table,
                name,
                List.of(key),
                Set.of(Flag.TIMEOUT),
                new Owner.Kernel(size),
                Optional.of(timeout),
                "");
    }

    @Override
    public String kind() {
        return "set";
    }

    @Override
    public String types(boolean typeof) {
        return NamedSet.join(key, typeof);
    }

    /** nft's way to name it, {@code ip6 masq ranges}. */
    @Override
    public String toString() {
        return table + " " + name;
    }
}
