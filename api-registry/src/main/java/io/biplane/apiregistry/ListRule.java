package io.biplane.apiregistry;

import java.util.List;

/**
 * A row of {@code lists.txt}; {@code -} stands for none.
 *
 * @param type name of the type
 * @param field name of the field, {@code *} for the type itself
 * @param patchStrategy strategic merge patch: {@code merge}, {@code retainKeys} or both
 * @param mergeKey strategic merge patch: the field that tells elements apart
 * @param listType server-side apply: {@code atomic}, {@code set}, {@code map}; {@code map:…} and
 *     {@code struct:…} for what is no list
 * @param listMapKeys server-side apply: the fields that tell elements apart, joined by commas
 */
record ListRule(
        String type,
        String field,
        String patchStrategy,
        String mergeKey,
        String listType,
        String listMapKeys) {
    static List<ListRule> parse(String table) {
        return table.lines()
                .filter(l -> !l.isBlank() && !l.startsWith("#"))
                .map(ListRule::row)
                .toList();
    }

    private static ListRule row(String line) {
        String[] cells = line.split(" ", -1);
        if (cells.length != 6) {
            throw new IllegalArgumentException("lists.txt: six cells expected: " + line);
        }
        return new ListRule(cells[0], cells[1], cells[2], cells[3], cells[4], cells[5]);
    }
}
