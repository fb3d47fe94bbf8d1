package io.biplane.netip;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One value or two of different families, in order of preference: the first is the primary one. It
 * says of a cluster, a node or a pod which families it has, and which of them comes first.
 *
 * @param <T> what there is one of for each family, such as a range or an address
 */
public final class DualStack<T> {
    private final List<T> values;
    private final List<IpFamily> families;

    private DualStack(List<T> values, List<IpFamily> families) {
        this.values = values;
        this.families = families;
    }

    /**
     * The values in order of preference.
     *
     * @throws IllegalArgumentException if there are not one or two, or two are of one family
     */
    public static <T> DualStack<T> of(
            Function<? super T, IpFamily> familyOf, List<? extends T> values) {
        List<T> copy = List.copyOf(values);
        List<IpFamily> families = copy.stream().<IpFamily>map(familyOf).toList();
        if (copy.isEmpty() || copy.size() > 2) {
            throw new IllegalArgumentException("one or two values are needed, not " + copy.size());
        }
        if (families.stream().distinct().count() < families.size()) {
            throw new IllegalArgumentException(
                    "%s are both of family %s: there may be one of each"
                            .formatted(copy, families.getFirst()));
        }
        return new DualStack<>(copy, families);
    }

    /** Prefixes in order of preference; as {@link #of}. */
    public static DualStack<Prefix> ofPrefixes(List<Prefix> prefixes) {
        return of(Prefix::family, prefixes);
    }

    /** Addresses in order of preference; as {@link #of}. */
    public static DualStack<Addr> ofAddrs(List<Addr> addresses) {
        return of(Addr::family, addresses);
    }

    /** The first one. */
    public T primary() {
        return values.getFirst();
    }

    /** The second one, if there are two. */
    public Optional<T> secondary() {
        return isDual() ? Optional.of(values.getLast()) : Optional.empty();
    }

    /** The one of {@code family}, if there is one. */
    public Optional<T> get(IpFamily family) {
        int index = families.indexOf(family);
        return index < 0 ? Optional.empty() : Optional.of(values.get(index));
    }

    /** The families in order of preference. */
    public List<IpFamily> families() {
        return families;
    }

    /** All of them, in order of preference. */
    public List<T> values() {
        return values;
    }

    /** Whether there is one of each family. */
    public boolean isDual() {
        return values.size() == 2;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DualStack<?> that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
