package io.biplane.api.selector;

import java.util.regex.Pattern;

/** The syntax of label keys and values. */
final class Syntax {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?");
    private static final Pattern SUBDOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    private Syntax() {}

    static void checkKey(String key) {
        int slash = key.indexOf('/');
        String prefix = slash < 0 ? null : key.substring(0, slash);
        String name = key.substring(slash + 1);
        boolean prefixOk =
                prefix == null || (prefix.length() <= 253 && SUBDOMAIN.matcher(prefix).matches());
        if (!prefixOk || name.length() > 63 || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    ("key: Invalid value: \"%s\": name part must consist of alphanumeric"
                                    + " characters, '-', '_' or '.', and must start and end with an"
                                    + " alphanumeric character (e.g. 'MyName',  or 'my.name',  or"
                                    + " '123-abc', regex used for validation is"
                                    + " '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")
                            .formatted(key));
        }
    }

    static void checkValue(String key, String value) {
        if (value.length() > 63 || !(value.isEmpty() || NAME.matcher(value).matches())) {
            throw new IllegalArgumentException(
                    ("values[0][%s]: Invalid value: \"%s\": a valid label must be an empty string"
                                    + " or consist of alphanumeric characters, '-', '_' or '.', and"
                                    + " must start and end with an alphanumeric character (e.g."
                                    + " 'MyValue',  or 'my_value',  or '12345', regex used for"
                                    + " validation is"
                                    + " '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")
                            .formatted(key, value));
        }
    }
}
