package io.biplane.cli.cluster;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How much heap each process of a cluster may use at most, in MiB: by the memory of the machine and
 * the number of nodes, unless a person has said otherwise.
 *
 * @param told what {@code --heap} has said
 */
record Heaps(Map<Component, Integer> told) {
    static final Heaps BY_DEFAULT = new Heaps(Map.of());

    private static final int SMALLEST_MIB = 32;
    private static final Pattern SIZE = Pattern.compile("([a-z-]+)=(\\d{1,9})([mg])");

    Heaps {
        told = Map.copyOf(told);
        told.forEach((component, mib) -> {
            if (mib < SMALLEST_MIB) {
                throw new IllegalArgumentException(
                        "--heap=%s=%dm: a heap of less than %d MiB holds no %s (give more, or leave it out)"
                                .formatted(component.id(), mib, SMALLEST_MIB, component.id()));
            }
        });
    }

    /**
     * Reads {@code control-plane=2g,agents=512m}.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static Heaps parse(String text) {
        Map<Component, Integer> told = new EnumMap<>(Component.class);
        for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            Matcher size = SIZE.matcher(part);
            if (!size.matches()) {
                throw new IllegalArgumentException(
                        "--heap=%s: \"%s\" is not <process>=<number>m or …g (write --heap=control-plane=2g,agents=512m)"
                                .formatted(text, part));
            }
            long mib = Long.parseLong(size.group(2)) * (size.group(3).equals("g") ? 1024 : 1);
            Component component =
                    Component.byId(size.group(1))
                            .orElseThrow(() ->
                                    new IllegalArgumentException(
                                            "--heap=%s: there is no process \"%s\" (there are control-plane, stand-ins and agents)"
                                                    .formatted(text, size.group(1))));
            told.put(component, (int) Math.min(mib, Integer.MAX_VALUE));
        }
        return new Heaps(told);
    }

    /**
     * The most that a process may use.
     *
     * @param memoryBytes what there is for all processes
     * @param nodes of the cluster
     */
    int mib(Component component, long memoryBytes, int nodes) {
        Integer said = told.get(component);
        if (said != null) {
            return said;
        }
        long memory = memoryBytes >> 20;
        return switch (component) {
            // Some 35 KiB an object: 10,000 Services with their slices and claims take 1 GiB.
            case CONTROL_PLANE -> clamp(memory / 8, 384, 4096);
            // Nodes and their pods first, and then all Services, which the proxies know.
            case AGENTS -> atLeast(256 + 8L * nodes, memory, clamp(memory / 16, 256, 2048));
            // Some 100 KiB a pod, of 110 on a node.
            case STAND_INS -> atLeast(160 + 11L * nodes, memory, clamp(memory / 32, 192, 1024));
        };
    }

    /**
     * What the nodes need, as far as the machine has it, or what machines of its size can spare.
     */
    private static int atLeast(long needed, long memory, int spared) {
        return (int) Math.max(spared, Math.min(needed, memory / 8));
    }

    private static int clamp(long value, int lowest, int highest) {
        return Math.clamp(value, lowest, highest);
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return Arrays.stream(Component.values())
                .filter(told::containsKey)
                .map(component -> "%s=%dm".formatted(component.id(), told.get(component)))
                .collect(Collectors.joining(","));
    }
}
