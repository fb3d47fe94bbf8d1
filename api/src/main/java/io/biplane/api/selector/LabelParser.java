package io.biplane.api.selector;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Reads the text form of label selectors; one pass, no back-tracking. */
final class LabelParser {
    private static final String SYMBOLS = "=!(),<>";

    private final String text;
    private int at;

    LabelParser(String text) {
        this.text = text;
    }

    List<Requirement> parse() {
        List<Requirement> requirements = new ArrayList<>();
        skipBlanks();
        if (at == text.length()) {
            return requirements;
        }
        while (true) {
            requirements.add(requirement());
            skipBlanks();
            if (at == text.length()) {
                return requirements;
            }
            expect(',');
        }
    }

    private Requirement requirement() {
        skipBlanks();
        if (peek() == '!') {
            at++;
            return new Requirement.Exists(key(), false);
        }
        String key = key();
        skipBlanks();
        return switch (peek()) {
            case '\0', ',' -> new Requirement.Exists(key, true);
            case '=' -> {
                at++;
                if (peek() == '=') {
                    at++;
                }
                yield new Requirement.In(key, Set.of(value(key)));
            }
            case '!' -> {
                at++;
                expect('=');
                yield new Requirement.NotIn(key, Set.of(value(key)));
            }
            case '>', '<' -> {
                boolean greater = text.charAt(at++) == '>';
                yield new Requirement.Compare(key, greater, number(key));
            }
            default -> set(key);
        };
    }

    private Requirement set(String key) {
        String operator = word();
        return switch (operator) {
            case "in" -> new Requirement.In(key, values(key));
            case "notin" -> new Requirement.NotIn(key, values(key));
            default ->
                    throw fault(
                            "found '%s', expected: in, notin, =, ==, !=, gt, lt"
                                    .formatted(operator));
        };
    }

    private Set<String> values(String key) {
        skipBlanks();
        expect('(');
        Set<String> values = new LinkedHashSet<>();
        while (true) {
            values.add(value(key));
            skipBlanks();
            if (peek() == ')') {
                at++;
                return values;
            }
            expect(',');
        }
    }

    private long number(String key) {
        String value = value(key);
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw fault("for 'Gt', 'Lt' operators, the value must be an integer");
        }
    }

    private String key() {
        skipBlanks();
        String key = word();
        if (key.isEmpty()) {
            throw fault("found '%s', expected: identifier".formatted(shown()));
        }
        Syntax.checkKey(key);
        return key;
    }

    private String value(String key) {
        skipBlanks();
        String value = word();
        Syntax.checkValue(key, value);
        return value;
    }

    private String word() {
        int start = at;
        while (at < text.length() && SYMBOLS.indexOf(text.charAt(at)) < 0 && !isBlank()) {
            at++;
        }
        return text.substring(start, at);
    }

    private void expect(char wanted) {
        if (peek() != wanted) {
            throw fault("found '%s', expected: '%s'".formatted(shown(), wanted));
        }
        at++;
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private String shown() {
        return at < text.length() ? text.substring(at, at + 1) : "";
    }

    private boolean isBlank() {
        return " \t\r\n".indexOf(text.charAt(at)) >= 0;
    }

    private void skipBlanks() {
        while (at < text.length() && isBlank()) {
            at++;
        }
    }

    private IllegalArgumentException fault(String what) {
        return new IllegalArgumentException("unable to parse requirement: " + what);
    }
}
