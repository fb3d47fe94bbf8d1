package io.biplane.apiregistry;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A file of {@code types/}: what Biplane serves of one API group and version, and what the
 * published models do not say about its types. {@code package-info} describes the rows.
 *
 * <p>Every row must fit the models: one that fits nothing is a mistake, or left over from an older
 * release.
 */
final class GroupTable {
    private final Path file;
    private final String apiVersion;
    private final String typePackage;
    private final String protoHolder;
    private final List<List<String>> rows;

    private GroupTable(Path file, List<String> header, List<List<String>> rows) {
        if (header.size() != 4 || !header.getFirst().equals("group")) {
            throw new IllegalArgumentException(
                    file + ": the first row must be: group apiVersion package holder");
        }
        this.file = file;
        this.apiVersion = header.get(1);
        this.typePackage = header.get(2);
        this.protoHolder = header.get(3);
        this.rows = List.copyOf(rows);
    }

    static GroupTable read(Path file) throws IOException {
        List<List<String>> rows =
                Files.readAllLines(file).stream()
                        .filter(line -> !line.isBlank() && !line.startsWith("#"))
                        .map(line -> List.of(line.split(" ", -1)))
                        .toList();
        if (rows.isEmpty()) {
            throw new IllegalArgumentException(file + " is empty");
        }
        return new GroupTable(file, rows.getFirst(), rows.subList(1, rows.size()));
    }

    /** {@code /v1} or {@code apps/v1}. */
    String apiVersion() {
        return apiVersion;
    }

    /**
     * The types that clients send or read under a name of their own.
     *
     * @param apiVersions those of all files, for what every group has under its own name
     */
    List<Root> roots(List<String> apiVersions) {
        List<Root> roots = new ArrayList<>();
        for (List<String> row : rows) {
            String kind = row.get(1);
            switch (row.getFirst()) {
                case "kind" -> {
                    String model = row.size() > 2 ? row.get(2) : "V1" + kind;
                    roots.add(new Root(model, protoHolder, kind, List.of(apiVersion + "/" + kind)));
                }
                case "everywhere" -> {
                    List<String> kinds = apiVersions.stream().map(v -> v + "/" + kind).toList();
                    roots.add(new Root("V1" + kind, protoHolder, kind, kinds));
                }
                default -> {} // about a type: see apply
            }
        }
        return roots;
    }

    /** Adds to the types what this file says about them. */
    void apply(Map<String, Type> types) {
        // A field that a row adds may be named by rows before it.
        rows.stream().filter(row -> row.getFirst().equals("field")).forEach(r -> apply(r, types));
        rows.stream().filter(row -> !row.getFirst().equals("field")).forEach(r -> apply(r, types));
    }

    private void apply(List<String> row, Map<String, Type> types) {
        Type type = types.get(typePackage + "." + row.get(1));
        switch (row.getFirst()) {
            case "kind", "everywhere" -> {}
            case "field" -> {
                String description = String.join(" ", row.subList(5, row.size()));
                Type.Field field = new Type.Field(row.get(3), row.get(4), false, description);
                if (known(type, row).fields.putIfAbsent(row.get(2), field) != null) {
                    throw new IllegalStateException(file + ": the models have it: " + row);
                }
            }
            case "list" -> {
                ListRule rule = ListRule.of(row.subList(2, row.size()));
                known(type, row, rule.field()).rule(rule.field(), rule);
            }
            case String word -> {
                Presence presence = Presence.parse(word);
                for (String field : row.subList(2, row.size())) {
                    known(type, row, field).presence(field, presence);
                }
            }
        }
    }

    private Type known(@Nullable Type type, List<String> row) {
        if (type == null) {
            throw new IllegalStateException(file + ": no such type: " + row);
        }
        return type;
    }

    private Type known(@Nullable Type type, List<String> row, String field) {
        if (!field.equals("*") && !known(type, row).fields.containsKey(field)) {
            throw new IllegalStateException(file + ": no such field: " + row);
        }
        return known(type, row);
    }
}
