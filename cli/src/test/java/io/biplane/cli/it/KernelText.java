package io.biplane.cli.it;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What {@code ip}, {@code sysctl} and {@code nft} print of a namespace, without what may differ
 * after a repair: indexes of links, their order, who made a route, and counters.
 */
record KernelText(List<String> lines) {
    private static final Pattern CHAIN = Pattern.compile("chain (\\S+) \\{([^}]*)");

    static KernelText of(String namespace) {
        List<String> lines = new ArrayList<>();
        for (String command :
                new String[] {
                    "ip -o link",
                    "ip -o addr",
                    "ip -4 route",
                    "ip -6 route",
                    "ip neigh show nud permanent",
                    "sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding"
                }) {
            run(namespace, command).lines().map(KernelText::normal).forEach(lines::add);
        }
        // The kernel lists the elements of a set in an order of its own.
        Stream.of(run(namespace, "nft -s list ruleset").split("[\\s,]+", -1)).forEach(lines::add);
        lines.sort(null);
        return new KernelText(lines);
    }

    /**
     * The chains that nothing leads to, such as those for a number of endpoints that no Service has
     * any more: a proxy takes them away with its next comparison.
     */
    static List<String> unusedChains(String namespace) {
        String ruleset = run(namespace, "nft list ruleset");
        List<String> unused = new ArrayList<>();
        Matcher chain = CHAIN.matcher(ruleset);
        while (chain.find()) {
            String used = "(goto|jump) " + Pattern.quote(chain.group(1)) + "\\b";
            if (!chain.group(2).contains(" hook ")
                    && !Pattern.compile(used).matcher(ruleset).find()) {
                unused.add(chain.group(1));
            }
        }
        return unused;
    }

    private static String normal(String line) {
        return line.replaceAll("^\\d+:", "")
                .replaceAll("@if\\d+|@\\S+|link-netns\\S* \\S+|qlen \\d+|state \\S+", "")
                .replaceAll("proto (kernel|static|boot)|metric \\d+|NO-CARRIER,|linkdown", "")
                .replaceAll("\\s+", " ")
                .strip();
    }

    /** A namespace that is gone has no text. */
    private static String run(String namespace, String command) {
        List<String> words = new ArrayList<>();
        if (!namespace.isEmpty()) {
            words.addAll(List.of("ip", "netns", "exec", namespace));
        }
        words.addAll(Arrays.asList(command.split(" ", -1)));
        Programs.Result result = Programs.run(words.toArray(String[]::new));
        return result.code() == 0 ? result.output() : "";
    }

    /** How this differs from {@code before}, or nothing. */
    String since(KernelText before) {
        List<String> gone = new ArrayList<>(before.lines);
        List<String> besides = new ArrayList<>(lines);
        lines.forEach(gone::remove);
        before.lines.forEach(besides::remove);
        return gone.isEmpty() && besides.isEmpty()
                ? ""
                : "gone: %s, besides: %s".formatted(gone, besides);
    }
}
