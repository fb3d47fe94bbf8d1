package io.biplane.store;

import java.util.List;

/**
 * What {@link Store#range} found.
 *
 * @param more whether the limit cut it off
 * @param remaining how many keys the limit cut off
 * @param revision as of which revision the entries are; ask for it again to continue the same list
 */
public record Range(List<KeyValue> entries, boolean more, long remaining, long revision) {
    public Range {
        entries = List.copyOf(entries);
        if (more != (remaining > 0)) {
            throw new IllegalArgumentException(
                    "more=%b but remaining=%d".formatted(more, remaining));
        }
    }
}
