package io.biplane.api.protobuf;

import io.biplane.api.type.ApiField;
import io.biplane.api.type.ApiType;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The fields of a message by their numbers. */
final class FieldTable {
    /** What a number stands for. */
    sealed interface Entry {}

    /** A field. */
    record Leaf(ApiField field) implements Entry {}

    /** A message whose fields JSON shows as the outer message's own. */
    record Embedded(FieldTable table) implements Entry {}

    private static final Map<String, FieldTable> BY_TYPE = new ConcurrentHashMap<>();

    private final Map<Integer, Entry> entries = new HashMap<>();

    private FieldTable() {}

    /** The table of a type; made on first use. */
    static FieldTable of(ApiType type) {
        return BY_TYPE.computeIfAbsent(
                type.name(),
                _ -> {
                    FieldTable table = new FieldTable();
                    for (ApiField field : type.fields()) {
                        table.add(field.numbers(), field);
                    }
                    return table;
                });
    }

    private void add(List<Integer> numbers, ApiField field) {
        if (numbers.isEmpty()) {
            return;
        }
        Integer number = numbers.getFirst();
        if (numbers.size() == 1) {
            entries.put(number, new Leaf(field));
        } else if (entries.computeIfAbsent(number, _ -> new Embedded(new FieldTable()))
                instanceof Embedded embedded) {
            embedded.table.add(numbers.subList(1, numbers.size()), field);
        }
    }

    /** What the number stands for, or null if the type does not have it. */
    @Nullable Entry entry(int number) {
        return entries.get(number);
    }
}
