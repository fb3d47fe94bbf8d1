package io.biplane.controllers.scheduler;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;

/** Kubernetes quantities such as {@code 250m}, {@code 64Mi}, {@code 1e3}, {@code 2}. */
final class Quantity {
    private static final Map<String, BigDecimal> SUFFIXES =
            Map.ofEntries(
                    Map.entry("n", BigDecimal.valueOf(1, 9)),
                    Map.entry("u", BigDecimal.valueOf(1, 6)),
                    Map.entry("m", BigDecimal.valueOf(1, 3)),
                    Map.entry("", BigDecimal.ONE),
                    Map.entry("k", BigDecimal.TEN.pow(3)),
                    Map.entry("M", BigDecimal.TEN.pow(6)),
                    Map.entry("G", BigDecimal.TEN.pow(9)),
                    Map.entry("T", BigDecimal.TEN.pow(12)),
                    Map.entry("P", BigDecimal.TEN.pow(15)),
                    Map.entry("E", BigDecimal.TEN.pow(18)),
                    Map.entry("Ki", BigDecimal.valueOf(1L << 10)),
                    Map.entry("Mi", BigDecimal.valueOf(1L << 20)),
                    Map.entry("Gi", BigDecimal.valueOf(1L << 30)),
                    Map.entry("Ti", BigDecimal.valueOf(1L << 40)),
                    Map.entry("Pi", BigDecimal.valueOf(1L << 50)),
                    Map.entry("Ei", BigDecimal.valueOf(1L << 60)));

    /** Digits of the largest long. */
    private static final int LONGEST = 19;

    private static final int LONGEST_TEXT = 100;

    private Quantity() {}

    /**
     * In thousandths, rounded up; from 0 to what fits a long, "" being 0.
     *
     * @param unreadable the answer for a text that is no quantity
     */
    static long milli(String text, long unreadable) {
        return scaled(text, 3, unreadable);
    }

    /** As {@link #milli}, in whole units. */
    static long units(String text, long unreadable) {
        return scaled(text, 0, unreadable);
    }

    private static long scaled(String text, int digits, long unreadable) {
        if (text.isEmpty()) {
            return 0;
        }
        try {
            return rounded(parse(text).scaleByPowerOfTen(digits));
        } catch (IllegalArgumentException | ArithmeticException e) {
            return unreadable;
        }
    }

    /** Decided by the number of digits where it can be: 1e999999999 has too many to be written. */
    private static long rounded(BigDecimal value) {
        long wholeDigits = (long) value.precision() - value.scale();
        if (value.signum() <= 0) {
            return 0;
        }
        if (wholeDigits > LONGEST) {
            return Long.MAX_VALUE;
        }
        if (wholeDigits <= 0) {
            return 1;
        }
        return value.setScale(0, RoundingMode.CEILING)
                .min(BigDecimal.valueOf(Long.MAX_VALUE))
                .longValueExact();
    }

    private static BigDecimal parse(String text) {
        if (text.length() > LONGEST_TEXT) {
            throw new IllegalArgumentException("a quantity of %d letters".formatted(text.length()));
        }
        int end = text.length();
        while (end > 0 && Character.isLetter(text.charAt(end - 1))) {
            end--;
        }
        BigDecimal factor = SUFFIXES.get(text.substring(end));
        if (factor == null) {
            throw new IllegalArgumentException(
                    "quantity \"%s\" has an unknown suffix".formatted(text));
        }
        return new BigDecimal(text.substring(0, end)).multiply(factor);
    }
}
