package io.biplane.api.patch;

import java.util.ArrayList;
import java.util.List;

/**
 * A place in a JSON document.
 *
 * @param tokens field names and list indexes from the root, unescaped; none means the root
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6901">RFC 6901</a>
 */
record JsonPointer(List<String> tokens) {
    JsonPointer {
        tokens = List.copyOf(tokens);
    }

    /**
     * Parses the text form.
     *
     * @throws IllegalArgumentException if a non-empty pointer does not start with a slash, or a
     *     tilde is not followed by 0 or 1
     */
    static JsonPointer parse(String text) {
        if (text.isEmpty()) {
            return new JsonPointer(List.of());
        }
        if (text.charAt(0) != '/') {
            throw new IllegalArgumentException("JSON pointer must start with '/': " + text);
        }
        List<String> tokens = new ArrayList<>();
        for (String token : text.substring(1).split("/", -1)) {
            tokens.add(unescape(token, text));
        }
        return new JsonPointer(tokens);
    }

    private static String unescape(String token, String text) {
        StringBuilder plain = new StringBuilder(token.length());
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            if (c == '~') {
                i++;
                char code = i < token.length() ? token.charAt(i) : '\0';
                if (code != '0' && code != '1') {
                    throw new IllegalArgumentException("invalid escape in JSON pointer: " + text);
                }
                c = code == '0' ? '~' : '/';
            }
            plain.append(c);
        }
        return plain.toString();
    }

    boolean isRoot() {
        return tokens.isEmpty();
    }

    JsonPointer parent() {
        return new JsonPointer(tokens.subList(0, tokens.size() - 1));
    }

    String last() {
        return tokens.getLast();
    }

    /** Whether {@code other} is this place or lies inside it. */
    boolean encloses(JsonPointer other) {
        return other.tokens.size() >= tokens.size()
                && other.tokens.subList(0, tokens.size()).equals(tokens);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (String token : tokens) {
            text.append('/').append(token.replace("~", "~0").replace("/", "~1"));
        }
        return text.toString();
    }
}
