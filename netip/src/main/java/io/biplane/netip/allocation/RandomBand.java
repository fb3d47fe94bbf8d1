package io.biplane.netip.allocation;

import java.math.BigInteger;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Random choice of a free number in {@code first..last}, whose lowest {@code band} numbers are kept
 * for explicit requests: they are handed out only when the rest is full (KEP-3070 for cluster IPs,
 * KEP-3668 for node ports). The choice is a random start and the next free number after it, so that
 * it costs one tree look-up at any fill. Not thread-safe.
 */
final class RandomBand {
    private final BigInteger first;
    private final BigInteger last;
    private final BigInteger band;
    private final RandomGenerator random;
    private final IndexSet taken = new IndexSet();

    RandomBand(BigInteger first, BigInteger last, BigInteger band, RandomGenerator random) {
        this.first = first;
        this.last = last;
        this.band = band;
        this.random = random;
    }

    boolean inRange(BigInteger index) {
        return first.compareTo(index) <= 0 && index.compareTo(last) <= 0;
    }

    void freeAll() {
        taken.clear();
    }

    boolean isTaken(BigInteger index) {
        return taken.contains(index);
    }

    boolean take(BigInteger index) {
        if (taken.contains(index)) {
            return false;
        }
        taken.add(index, index);
        return true;
    }

    boolean free(BigInteger index) {
        if (!taken.contains(index)) {
            return false;
        }
        taken.remove(index, index);
        return true;
    }

    BigInteger used() {
        return taken.size();
    }

    BigInteger capacity() {
        return last.subtract(first).add(BigInteger.ONE).max(BigInteger.ZERO);
    }

    /** A free number that is none of {@code except}, and stays free. */
    Optional<BigInteger> choose(Set<BigInteger> except) {
        BigInteger dynamic = first.add(band);
        Optional<BigInteger> upper = chooseIn(dynamic, last, except);
        return upper.isPresent()
                ? upper
                : chooseIn(first, dynamic.subtract(BigInteger.ONE), except);
    }

    private Optional<BigInteger> chooseIn(BigInteger from, BigInteger to, Set<BigInteger> except) {
        if (from.compareTo(to) > 0) {
            return Optional.empty();
        }
        BigInteger start = from.add(below(to.subtract(from).add(BigInteger.ONE)));
        Optional<BigInteger> after = firstFree(start, to, except);
        return after.isPresent() ? after : firstFree(from, start, except);
    }

    private Optional<BigInteger> firstFree(BigInteger from, BigInteger to, Set<BigInteger> except) {
        Optional<BigInteger> found = taken.firstAbsent(from, to);
        while (found.isPresent() && except.contains(found.get())) {
            found = taken.firstAbsent(found.get().add(BigInteger.ONE), to);
        }
        return found;
    }

    /**
     * Uniform in {@code 0..bound-1}: the bits that the bound needs are drawn until they are below
     * it.
     */
    private BigInteger below(BigInteger bound) {
        int bits = bound.subtract(BigInteger.ONE).bitLength();
        byte[] drawn = new byte[(bits + 7) / 8];
        while (true) {
            random.nextBytes(drawn);
            if (bits % 8 != 0) {
                drawn[0] &= (byte) ((1 << (bits % 8)) - 1);
            }
            BigInteger value = new BigInteger(1, drawn);
            if (value.compareTo(bound) < 0) {
                return value;
            }
        }
    }
}
