package io.biplane.cli.component;

import io.biplane.cli.command.CommandFailure;

import java.lang.System.Logger.Level;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The flags of a component, by upstream's names without dashes.
 *
 * @param component the subcommand's name
 * @param built what has an effect
 * @param switches those that may stand without a value
 * @param withoutEffect what upstream has and Biplane accepts without an effect; said at the start
 * @param later what is refused because it is not built yet, with what it would need
 */
record FlagTable(
        String component,
        Set<String> built,
        Set<String> switches,
        Set<String> withoutEffect,
        Map<String, String> later) {
    private static final System.Logger LOG = System.getLogger(FlagTable.class.getName());
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|h|m|s)");
    private static final Pattern DURATION = Pattern.compile("(?:" + PART + ")+|0");

    /**
     * Reads a command line.
     *
     * @throws CommandFailure naming every flag that is unknown, not built or without its value
     */
    Map<String, String> read(List<String> words) {
        List<String> faults = new ArrayList<>();
        Map<String, String> values = FlagWords.read(words, switches, faults);
        values.keySet().forEach(name -> fault(name).ifPresent(faults::add));
        if (!faults.isEmpty()) {
            throw new CommandFailure(faults);
        }
        return values;
    }

    private Optional<String> fault(String name) {
        String needs = later.get(name);
        if (needs != null) {
            return Optional.of(
                    "--%s is not built yet: it comes with %s (leave it out)"
                            .formatted(name, needs));
        }
        return built.contains(name) || withoutEffect.contains(name)
                ? Optional.empty()
                : Optional.of(
                        "unknown flag: --%s (%s knows %s)"
                                .formatted(
                                        name, component, String.join(", ", new TreeSet<>(built))));
    }

    /** Which of the given flags have no effect. */
    List<String> idle(Map<String, String> values) {
        return values.keySet().stream().filter(withoutEffect::contains).sorted().toList();
    }

    /** Says which of the given flags have no effect, if there are any. */
    void warnOfIdle(Map<String, String> values) {
        warnOfIdle(component, idle(values));
    }

    static void warnOfIdle(String component, List<String> idle) {
        if (!idle.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    () -> "%s: flags without an effect: %s".formatted(component, idle));
        }
    }

    /** The whole number of a flag, or {@code byDefault}; what is no number is a fault. */
    static int number(Map<String, String> values, String name, int byDefault, List<String> faults) {
        String text = values.get(name);
        if (text == null) {
            return byDefault;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            faults.add(
                    "invalid argument \"%s\" for \"--%s\" flag: not a whole number (write --%s=<number>)"
                            .formatted(text, name, name));
            return byDefault;
        }
    }

    /**
     * The duration of a flag, or {@code byDefault}, written as upstream's components read it:
     * numbers with units, {@code 1h30m}.
     */
    static Duration duration(
            Map<String, String> values, String name, Duration byDefault, List<String> faults) {
        String text = values.get(name);
        if (text == null) {
            return byDefault;
        }
        if (!DURATION.matcher(text).matches()) {
            faults.add(
                    "invalid argument \"%s\" for \"--%s\" flag: time: invalid duration \"%s\" (write --%s=<number><unit>..., e.g. 1h30m or 90s; units are h, m, s, ms)"
                            .formatted(text, name, text, name));
            return byDefault;
        }
        return PART.matcher(text)
                .results()
                .map(part ->
                        Duration.ofNanos(
                                new BigDecimal(part.group(1))
                                        .multiply(BigDecimal.valueOf(nanos(part.group(2))))
                                        .min(BigDecimal.valueOf(Long.MAX_VALUE))
                                        .longValue()))
                .reduce(Duration.ZERO, Duration::plus);
    }

    private static long nanos(String unit) {
        return switch (unit) {
            case "h" -> 3_600_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "s" -> 1_000_000_000;
            default -> 1_000_000;
        };
    }

    /** The gates of a component's flags; a wrong value is a fault. */
    static FeatureGates gates(Map<String, String> values, List<String> faults) {
        try {
            return FeatureGates.parse(values.getOrDefault("feature-gates", ""));
        } catch (IllegalArgumentException e) {
            faults.add(String.valueOf(e.getMessage()));
            return FeatureGates.none();
        }
    }
}
