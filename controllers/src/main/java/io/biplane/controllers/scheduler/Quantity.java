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

    private Quantity() {}

    /** In thousandths, rounded up; "" is 0. */
    static long milli(String text) {
        return scaled(text, 3);
    }

    /** In whole units, rounded up; "" is 0. */
    static long units(String text) {
        return scaled(text, 0);
    }

    private static long scaled(String text, int digits) {
        if (text.isEmpty()) {
            return 0;
        }
        BigDecimal value = parse(text).scaleByPowerOfTen(digits).setScale(0, RoundingMode.CEILING);
        BigDecimal most = BigDecimal.valueOf(Long.MAX_VALUE);
        return value.min(most).longValueExact();
    }

    private static BigDecimal parse(String text) {
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
