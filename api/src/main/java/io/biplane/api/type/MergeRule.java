package io.biplane.api.type;

import java.util.List;

/**
 * How a field is patched and merged; empty strings stand for none.
 *
 * @param merge strategic merge patch merges the lists instead of replacing them
 * @param retainKeys strategic merge patch honours {@code $retainKeys}: one-of structs
 * @param mergeKey strategic merge patch: the field that tells elements apart; empty for lists of
 *     scalars
 * @param listType server-side apply: {@code atomic}, {@code set}, {@code map} for lists, {@code
 *     map:atomic}, {@code struct:atomic} and the like for others
 * @param listMapKeys server-side apply: the fields that tell elements apart
 */
public record MergeRule(
        boolean merge,
        boolean retainKeys,
        String mergeKey,
        String listType,
        List<String> listMapKeys) {
    /** No rule: lists are replaced as a whole. */
    public static final MergeRule NONE = new MergeRule(false, false, "", "", List.of());

    /** Copies the keys. */
    public MergeRule {
        listMapKeys = List.copyOf(listMapKeys);
    }

    /** Reads four cells separated by blanks, {@code -} for none; an empty text is {@link #NONE}. */
    static MergeRule parse(String text) {
        if (text.isEmpty()) {
            return NONE;
        }
        String[] cells = text.split(" ", -1);
        List<String> strategies = List.of(cells[0].split(",", -1));
        return new MergeRule(
                strategies.contains("merge"),
                strategies.contains("retainKeys"),
                cell(cells[1]),
                cell(cells[2]),
                cells[3].equals("-") ? List.of() : List.of(cells[3].split(",", -1)));
    }

    private static String cell(String text) {
        return text.equals("-") ? "" : text;
    }
}
