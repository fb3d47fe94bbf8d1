package io.biplane.cli.component;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Command lines as upstream's components read them. */
final class FlagWords {
    private FlagWords() {}

    /**
     * Reads {@code --name=value}, {@code --name value} and {@code --switch}, with one dash or two.
     *
     * @param switches those that may stand without a value
     * @param faults gets a sentence for each word that is no flag, or a flag without its value
     * @return values by name, in their order; the last one of a name counts
     */
    static Map<String, String> read(List<String> words, Set<String> switches, List<String> faults) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (!word.startsWith("-")) {
                faults.add("unknown argument \"%s\" (give flags only)".formatted(word));
                continue;
            }
            String[] pair = word.replaceFirst("^--?", "").split("=", 2);
            if (pair.length == 2) {
                values.put(pair[0], unquoted(pair[1]));
            } else if (switches.contains(pair[0])) {
                values.put(pair[0], "true");
            } else if (i + 1 < words.size()) {
                values.put(pair[0], unquoted(words.get(++i)));
            } else {
                faults.add(
                        "flag needs an argument: --%s (write --%s=<value>)"
                                .formatted(pair[0], pair[0]));
            }
        }
        return values;
    }

    /** Service files often carry a shell's quotes along. */
    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }
}
