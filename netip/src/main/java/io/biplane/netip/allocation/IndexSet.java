package io.biplane.netip.allocation;

import java.math.BigInteger;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A set of whole numbers kept as disjoint intervals that never touch, so that a million neighbours
 * are one entry. Numbers are unbounded: the subnets of an IPv6 block may need more than 64 bits.
 * Not thread-safe.
 */
final class IndexSet {
    private final NavigableMap<BigInteger, BigInteger> lastByFirst = new TreeMap<>();
    private BigInteger size = BigInteger.ZERO;

    BigInteger size() {
        return size;
    }

    void clear() {
        lastByFirst.clear();
        size = BigInteger.ZERO;
    }

    boolean contains(BigInteger index) {
        Map.Entry<BigInteger, BigInteger> below = lastByFirst.floorEntry(index);
        return below != null && below.getValue().compareTo(index) >= 0;
    }

    /** Whether any number from {@code first} to {@code last}, both included, is in the set. */
    boolean containsAny(BigInteger first, BigInteger last) {
        Map.Entry<BigInteger, BigInteger> below = lastByFirst.floorEntry(last);
        return below != null && below.getValue().compareTo(first) >= 0;
    }

    /**
     * Adds all numbers from {@code first} to {@code last}, both included; those already there stay.
     */
    void add(BigInteger first, BigInteger last) {
        BigInteger from = first;
        BigInteger to = last;
        // Swallow every interval that overlaps or touches the new one.
        Map.Entry<BigInteger, BigInteger> below = lastByFirst.floorEntry(last.add(BigInteger.ONE));
        while (below != null && below.getValue().add(BigInteger.ONE).compareTo(first) >= 0) {
            from = from.min(below.getKey());
            to = to.max(below.getValue());
            drop(below.getKey(), below.getValue());
            below = lastByFirst.floorEntry(to.add(BigInteger.ONE));
        }
        put(from, to);
    }

    /**
     * Removes all numbers from {@code first} to {@code last}, both included; absent ones are no
     * error.
     */
    void remove(BigInteger first, BigInteger last) {
        Map.Entry<BigInteger, BigInteger> below = lastByFirst.floorEntry(last);
        while (below != null && below.getValue().compareTo(first) >= 0) {
            drop(below.getKey(), below.getValue());
            if (below.getKey().compareTo(first) < 0) {
                put(below.getKey(), first.subtract(BigInteger.ONE));
            }
            if (below.getValue().compareTo(last) > 0) {
                put(last.add(BigInteger.ONE), below.getValue());
            }
            below = lastByFirst.lowerEntry(below.getKey());
        }
    }

    /**
     * The smallest number from {@code first} to {@code last}, both included, that is not in the
     * set.
     */
    Optional<BigInteger> firstAbsent(BigInteger first, BigInteger last) {
        Map.Entry<BigInteger, BigInteger> below = lastByFirst.floorEntry(first);
        boolean taken = below != null && below.getValue().compareTo(first) >= 0;
        BigInteger candidate = taken ? below.getValue().add(BigInteger.ONE) : first;
        return candidate.compareTo(last) <= 0 ? Optional.of(candidate) : Optional.empty();
    }

    private void put(BigInteger first, BigInteger last) {
        lastByFirst.put(first, last);
        size = size.add(length(first, last));
    }

    private void drop(BigInteger first, BigInteger last) {
        lastByFirst.remove(first);
        size = size.subtract(length(first, last));
    }

    private static BigInteger length(BigInteger first, BigInteger last) {
        return last.subtract(first).add(BigInteger.ONE);
    }
}
