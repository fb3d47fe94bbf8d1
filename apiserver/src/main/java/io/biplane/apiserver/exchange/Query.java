package io.biplane.apiserver.exchange;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The decoded query parameters of a request; a name may come more than once. */
public record Query(Map<String, List<String>> parameters) {
    public static final Query EMPTY = new Query(Map.of());

    public Query {
        parameters = Map.copyOf(parameters);
    }

    /**
     * @param raw what stands behind the {@code ?}, still percent-encoded; may be empty
     * @throws IllegalArgumentException if the percent-encoding is broken
     */
    public static Query parse(String raw) {
        if (raw.isEmpty()) {
            return EMPTY;
        }
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        for (String pair : raw.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            parameters.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
        }
        return new Query(parameters);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** The first value of a parameter, if the parameter is there; it may be empty. */
    public Optional<String> first(String name) {
        List<String> values = parameters.get(name);
        return values == null ? Optional.empty() : Optional.of(values.getFirst());
    }

    /** The first value, or {@code ""}: clients mean the same by an empty and by a missing one. */
    public String text(String name) {
        return first(name).orElse("");
    }

    /**
     * Whether a switch is on. As upstream reads it, all but {@code 0} and {@code false} in any case
     * is on: the bare name, and {@code True}, which is what Python's clients send.
     */
    public boolean flag(String name) {
        return first(name).map(Query::isOn).orElse(false);
    }

    /** The same of a switch that is neither on nor off where it is missing or empty. */
    public Optional<Boolean> choice(String name) {
        return first(name).filter(v -> !v.isEmpty()).map(Query::isOn);
    }

    private static boolean isOn(String value) {
        return !value.equals("0") && !value.equalsIgnoreCase("false");
    }
}
