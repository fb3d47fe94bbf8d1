package io.biplane.api.validation;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The forms of names, with upstream's texts for those that do not fit. Each method gives the
 * faults, none for a good name.
 */
public final class Names {
    /** Longest DNS label, and longest label value and name part of a qualified name. */
    public static final int LABEL_MAX = 63;

    private static final int SUBDOMAIN_MAX = 253;
    private static final int PORT_NAME_MAX = 15;
    private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final String QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

    private static final Form DNS_LABEL =
            new Form(
                    LABEL,
                    LABEL_MAX,
                    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
                    "my-name",
                    "123-abc");
    private static final Form DNS_SUBDOMAIN =
            new Form(
                    LABEL + "(\\." + LABEL + ")*",
                    SUBDOMAIN_MAX,
                    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
                    "example.com");
    private static final Form DNS_1035_LABEL =
            new Form(
                    "[a-z]([-a-z0-9]*[a-z0-9])?",
                    LABEL_MAX,
                    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
                    "my-name",
                    "abc-123");
    private static final Form NAME_PART =
            new Form(
                    QUALIFIED,
                    LABEL_MAX,
                    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
                    "MyName",
                    "my.name",
                    "123-abc");
    private static final Form LABEL_VALUE =
            new Form(
                    "(" + QUALIFIED + ")?",
                    LABEL_MAX,
                    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
                    "MyValue",
                    "my_value",
                    "12345");
    private static final Form CONFIG_KEY =
            new Form(
                    "[-._a-zA-Z0-9]+",
                    SUBDOMAIN_MAX,
                    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
                    "key.name",
                    "KEY_NAME",
                    "key-name");

    private Names() {}

    /** A pattern with its length limit and the sentence for what does not match. */
    private record Form(Pattern pattern, int maxBytes, String sentence) {
        Form(String regex, int maxBytes, String message, String... examples) {
            this(Pattern.compile(regex), maxBytes, sentence(regex, message, examples));
        }

        private static String sentence(String regex, String message, String... examples) {
            StringBuilder text = new StringBuilder(message).append(" (e.g. ");
            for (int i = 0; i < examples.length; i++) {
                text.append(i > 0 ? " or '" : "'").append(examples[i]).append("', ");
            }
            return text.append("regex used for validation is '")
                    .append(regex)
                    .append("')")
                    .toString();
        }

        List<String> faults(String value) {
            List<String> faults = new ArrayList<>(2);
            if (value.length() > maxBytes) {
                faults.add("must be no more than " + maxBytes + " bytes");
            }
            if (!pattern.matcher(value).matches()) {
                faults.add(sentence);
            }
            return faults;
        }
    }

    /** A name that is one DNS label (namespaces, ports, containers). */
    public static List<String> dnsLabel(String name) {
        return DNS_LABEL.faults(name);
    }

    /** A name that is a DNS subdomain (most kinds). */
    public static List<String> dnsSubdomain(String name) {
        return DNS_SUBDOMAIN.faults(name);
    }

    /** A name that is a DNS label and starts with a letter (Services). */
    public static List<String> dns1035Label(String name) {
        return DNS_1035_LABEL.faults(name);
    }

    /** The value of a label. */
    public static List<String> labelValue(String value) {
        return LABEL_VALUE.faults(value);
    }

    /** A key of a ConfigMap or Secret. */
    public static List<String> configKey(String key) {
        List<String> faults = CONFIG_KEY.faults(key);
        if (key.equals(".")) {
            faults.add("must not be '.'");
        } else if (key.equals("..")) {
            faults.add("must not be '..'");
        } else if (key.startsWith("..")) {
            faults.add("must not start with '..'");
        }
        return faults;
    }

    /**
     * A name with an optional DNS subdomain and a slash before it (keys of labels and annotations).
     */
    public static List<String> qualified(String name) {
        String[] parts = name.split("/", -1);
        if (parts.length > 2) {
            return List.of(
                    "a qualified name %s with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
                            .formatted(NAME_PART.sentence()));
        }
        List<String> faults = new ArrayList<>();
        if (parts.length == 2) {
            if (parts[0].isEmpty()) {
                faults.add("prefix part must be non-empty");
            } else {
                dnsSubdomain(parts[0]).forEach(fault -> faults.add("prefix part " + fault));
            }
        }
        String last = parts[parts.length - 1];
        if (last.isEmpty()) {
            faults.add("name part must be non-empty");
        }
        NAME_PART.faults(last).forEach(fault -> faults.add("name part " + fault));
        return faults;
    }

    /** A name that must be able to stand in a path. */
    public static List<String> pathSegment(String name) {
        if (name.equals(".") || name.equals("..")) {
            return List.of("may not be '%s'".formatted(name));
        }
        return Stream.of("/", "%")
                .filter(name::contains)
                .map("may not contain '%s'"::formatted)
                .toList();
    }

    /** The name of a port as a Service's {@code targetPort} gives it (RFC 6335, 5.1). */
    public static List<String> portName(String name) {
        List<String> faults = new ArrayList<>();
        if (name.length() > PORT_NAME_MAX) {
            faults.add("must be no more than " + PORT_NAME_MAX + " characters");
        }
        if (!name.chars().allMatch(c -> c == '-' || isLowerAlphanumeric(c))) {
            faults.add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        }
        if (name.chars().noneMatch(c -> c >= 'a' && c <= 'z')) {
            faults.add("must contain at least one letter (a-z)");
        }
        if (name.contains("--")) {
            faults.add("must not contain consecutive hyphens");
        }
        if (name.startsWith("-") || name.endsWith("-")) {
            faults.add("must not begin or end with a hyphen");
        }
        return faults;
    }

    private static boolean isLowerAlphanumeric(int c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
    }

    /** The number of a port. */
    public static List<String> portNumber(long port) {
        return port >= 1 && port <= 65535
                ? List.of()
                : List.of("must be between 1 and 65535, inclusive");
    }

    /** The name of an environment variable. */
    public static List<String> environmentVariable(String name) {
        boolean printable = name.chars().allMatch(c -> c >= 0x20 && c < 0x7f && c != '=');
        return printable
                ? List.of()
                : List.of(
                        "a valid environment variable name must consist only of printable ASCII characters other than '='");
    }
}
