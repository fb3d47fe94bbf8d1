package io.biplane.api.selector;

import io.biplane.api.Resource;
import io.biplane.api.SelectableField;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A field selector: terms of a path, {@code =} or {@code !=}, and a value; all must hold. */
public final class FieldSelector {
    private static final FieldSelector EVERYTHING = new FieldSelector(List.of());

    private record Term(String path, boolean equal, String value, String absent) {
        boolean matches(JsonNode object) {
            return shown(object).equals(value) == equal;
        }

        private String shown(JsonNode object) {
            JsonNode node = object;
            for (String name : path.split("\\.", -1)) {
                node = node.path(name);
            }
            // The core group's "source" is an object, of which the selector means the component.
            JsonNode leaf = node.isObject() ? node.path("component") : node;
            return leaf.isMissingNode() || leaf.isNull() ? absent : leaf.asString();
        }

        Term withAbsent(String other) {
            return new Term(path, equal, value, other);
        }

        @Override
        public String toString() {
            return path + (equal ? "=" : "!=") + value.replaceAll("([\\\\,=])", "\\\\$1");
        }
    }

    private final List<Term> terms;

    private FieldSelector(List<Term> terms) {
        this.terms = List.copyOf(terms);
    }

    /** Selects every object. */
    public static FieldSelector everything() {
        return EVERYTHING;
    }

    /**
     * Parses a selector without asking whether a kind knows its fields.
     *
     * @throws IllegalArgumentException if the text is no selector
     */
    public static FieldSelector parse(String text) {
        List<Term> terms = new ArrayList<>();
        for (String part : split(text)) {
            if (!part.isEmpty()) {
                terms.add(term(text, part));
            }
        }
        return new FieldSelector(terms);
    }

    /**
     * Parses a selector for objects of one kind.
     *
     * @throws IllegalArgumentException if the text is no selector, or names a field that selectors
     *     of this kind may not name
     */
    public static FieldSelector parse(String text, Resource resource) {
        List<Term> terms = new ArrayList<>();
        for (Term term : parse(text).terms) {
            terms.add(term.withAbsent(absent(term.path, resource)));
        }
        return new FieldSelector(terms);
    }

    private static String absent(String path, Resource resource) {
        if (path.equals("metadata.name")
                || (path.equals("metadata.namespace") && resource.namespaced())) {
            return "";
        }
        return resource.selectableFields().stream()
                .filter(field -> field.path().equals(path))
                .findFirst()
                .map(SelectableField::absent)
                .orElseThrow(
                        () -> new IllegalArgumentException("field label not supported: " + path));
    }

    /** Splits at commas that no backslash precedes. */
    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == ',') {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }

    private static Term term(String text, String part) {
        int at = part.indexOf('=');
        int bang = part.indexOf('!');
        // A '!' belongs right before the '=', and a path before both.
        boolean misplaced = bang >= 0 && bang < at - 1;
        if (at <= 0 || bang == 0 || misplaced) {
            throw new IllegalArgumentException(
                    "invalid selector: '%s'; can't understand '%s'".formatted(text, part));
        }
        boolean equal = part.charAt(at - 1) != '!';
        String path = part.substring(0, equal ? at : at - 1).strip();
        String value = part.substring(part.startsWith("==", at) ? at + 2 : at + 1);
        return new Term(path, equal, unescape(text, value), "");
    }

    private static String unescape(String text, String value) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\') {
                i++;
                c = i < value.length() ? value.charAt(i) : '\0';
                if (c != '\\' && c != ',' && c != '=') {
                    throw new IllegalArgumentException(
                            "invalid field selector: invalid escape sequence in '%s'"
                                    .formatted(text));
                }
            } else if (c == '=') {
                throw new IllegalArgumentException(
                        "invalid field selector: unescaped '=' in '%s'".formatted(text));
            }
            plain.append(c);
        }
        return plain.toString();
    }

    /** Whether every object is selected. */
    public boolean isEverything() {
        return terms.isEmpty();
    }

    /** Whether an object is selected. */
    public boolean selects(JsonNode object) {
        for (Term term : terms) {
            if (!term.matches(object)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The value that a field must have, if the selector asks for one: lets a list narrow its range.
     */
    public Optional<String> required(String path) {
        return terms.stream()
                .filter(t -> t.equal && t.path.equals(path))
                .map(Term::value)
                .findFirst();
    }

    /** The text form. */
    @Override
    public String toString() {
        return terms.stream().map(Term::toString).collect(Collectors.joining(","));
    }
}
