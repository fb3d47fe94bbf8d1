package io.biplane.api.type;

import java.util.HashMap;
import java.util.Map;

/** What types and fields are for, in words; read once, on first use. */
public final class Descriptions {
    private static final class Holder {
        static final Descriptions DESCRIPTIONS = new Descriptions();
    }

    private final Map<String, String> texts = new HashMap<>();

    private Descriptions() {
        String type = "";
        for (String line : TypeRegistry.lines("descriptions.txt")) {
            int tab = line.indexOf('\t');
            String name = line.substring(0, tab);
            String text = unescape(line.substring(tab + 1));
            if (name.startsWith("=")) {
                type = name.substring(1);
                texts.put(type, text);
            } else {
                texts.put(type + "#" + name, text);
            }
        }
    }

    /** The texts of all served types. */
    public static Descriptions get() {
        return Holder.DESCRIPTIONS;
    }

    /** What the type is for; may be empty. */
    public String of(ApiType type) {
        return texts.getOrDefault(type.name(), "");
    }

    /** What the field is for: its own text, or that of the type that it refers to. */
    public String of(ApiType type, ApiField field) {
        String text = texts.getOrDefault(type.name() + "#" + field.name(), "");
        return text.isEmpty() && field.type() instanceof ValueType.Ref ref
                ? texts.getOrDefault(ref.typeName(), "")
                : text;
    }

    private static String unescape(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
                c =
                        switch (text.charAt(i)) {
                            case 'n' -> '\n';
                            case 't' -> '\t';
                            default -> text.charAt(i);
                        };
            }
            plain.append(c);
        }
        return plain.toString();
    }
}
