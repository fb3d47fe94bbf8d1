package io.biplane.apiregistry;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The two files. Both have a line per type, {@code =name}, followed by a line per field; cells are
 * separated by tabs.
 */
final class Output {
    private Output() {}

    /** Type lines: name, kinds, rule. Field lines: name, type, numbers, properties, rule. */
    static String types(Collection<Type> types) {
        StringBuilder out = new StringBuilder();
        for (Type type : types) {
            line(out, "=" + type.name, String.join(" ", type.kinds), rule(type.rule("*")));
            type.fields.forEach((name, field) ->
                    line(
                            out,
                            name,
                            field.type(),
                            field.numbers(),
                            properties(type, name, field),
                            rule(type.rule(name))));
        }
        return out.toString();
    }

    /** Type lines: name, description. Field lines: name, description. */
    static String descriptions(Collection<Type> types) {
        StringBuilder out = new StringBuilder();
        for (Type type : types) {
            line(out, "=" + type.name, escape(type.description));
            type.fields.forEach((name, field) -> line(out, name, escape(field.description())));
        }
        return out.toString();
    }

    private static String properties(Type type, String name, Type.Field field) {
        return Stream.of(field.required() ? "required" : "", type.presence(name, field).toString())
                .filter(property -> !property.isEmpty())
                .collect(Collectors.joining(" "));
    }

    private static String rule(@Nullable ListRule rule) {
        return rule == null
                ? ""
                : String.join(
                        " ",
                        rule.patchStrategy(),
                        rule.mergeKey(),
                        rule.listType(),
                        rule.listMapKeys());
    }

    private static void line(StringBuilder out, String... cells) {
        out.append(String.join("\t", cells)).append('\n');
    }

    private static String escape(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t");
    }
}
