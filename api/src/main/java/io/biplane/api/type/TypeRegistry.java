package io.biplane.api.type;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All types, by name and by kind. Read once, on first use; safe for any number of threads. */
public final class TypeRegistry {
    private static final class Holder {
        static final TypeRegistry REGISTRY = new TypeRegistry(lines("types.txt"));
    }

    private final Map<String, ApiType> byName = new LinkedHashMap<>();
    private final Map<String, ApiType> byKind = new HashMap<>();

    private TypeRegistry(List<String> lines) {
        String[] head = {};
        Map<String, ApiField> fields = new LinkedHashMap<>();
        for (String line : lines) {
            String[] cells = line.split("\t", -1);
            if (line.startsWith("=")) {
                add(head, fields);
                head = cells;
                fields = new LinkedHashMap<>();
            } else {
                fields.put(cells[0], field(cells));
            }
        }
        add(head, fields);
    }

    /** The registry of all served types. */
    public static TypeRegistry get() {
        return Holder.REGISTRY;
    }

    private void add(String[] head, Map<String, ApiField> fields) {
        if (head.length == 0) {
            return;
        }
        List<String> kinds = head[1].isEmpty() ? List.of() : List.of(head[1].split(" ", -1));
        ApiType type =
                ApiType.of(
                        head[0].substring(1),
                        kinds,
                        Collections.unmodifiableMap(fields),
                        MergeRule.parse(head[2]));
        byName.put(type.name(), type);
        kinds.forEach(kind -> byKind.put(kind, type));
    }

    private static ApiField field(String[] cells) {
        List<Integer> numbers = new ArrayList<>();
        if (!cells[2].isEmpty()) {
            for (String number : cells[2].split("\\.", -1)) {
                numbers.add(Integer.valueOf(number));
            }
        }
        List<String> properties = List.of(cells[3].split(" ", -1));
        return new ApiField(
                cells[0],
                ValueType.parse(cells[1]),
                numbers,
                properties.contains("required"),
                Presence.parse(properties.getLast()),
                MergeRule.parse(cells[4]));
    }

    /**
     * The type of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public ApiType type(String name) {
        ApiType type = byName.get(name);
        if (type == null) {
            throw new IllegalArgumentException("no type " + name + " in the type registry");
        }
        return type;
    }

    /** The type that a reference means. */
    public ApiType type(ValueType.Ref ref) {
        return type(ref.typeName());
    }

    /** The type of objects with this {@code apiVersion} and {@code kind}. */
    public Optional<ApiType> ofKind(String apiVersion, String kind) {
        String version = apiVersion.indexOf('/') < 0 ? "/" + apiVersion : apiVersion;
        return Optional.ofNullable(byKind.get(version + "/" + kind));
    }

    /** All types, alphabetically. */
    public Collection<ApiType> all() {
        return Collections.unmodifiableCollection(byName.values());
    }

    /** The lines of a file that the build made. */
    static List<String> lines(String file) {
        try (InputStream in = TypeRegistry.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(
                        "the type registry's " + file + " is missing: build module api-registry");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("reading the type registry's " + file, e);
        }
    }
}
