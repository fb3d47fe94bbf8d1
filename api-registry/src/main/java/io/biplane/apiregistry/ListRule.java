package io.biplane.apiregistry;

import java.util.List;

/**
 * How a list, a map or a struct is patched and merged: a row {@code list} without its type; {@code
 * -} stands for none.
 *
 * @param field name of the field, {@code *} for the type itself
 * @param patchStrategy strategic merge patch: {@code merge}, {@code retainKeys} or both
 * @param mergeKey strategic merge patch: the field that tells elements apart
 * @param listType server-side apply: {@code atomic}, {@code set}, {@code map}; {@code map:…} and
 *     {@code struct:…} for what is no list
 * @param listMapKeys server-side apply: the fields that tell elements apart, joined by commas
 */
record ListRule(
        String field, String patchStrategy, String mergeKey, String listType, String listMapKeys) {
    static ListRule of(List<String> cells) {
        if (cells.size() != 5) {
            throw new IllegalArgumentException("list: five cells expected: " + cells);
        }
        return new ListRule(cells.get(0), cells.get(1), cells.get(2), cells.get(3), cells.get(4));
    }
}
