package io.biplane.api.selector;

import tools.jackson.databind.JsonNode;

import java.util.Set;
import java.util.stream.Collectors;

/** One condition on the labels of an object. */
sealed interface Requirement {
    boolean matches(JsonNode labels);

    /** The label is there with one of these values. */
    record In(String key, Set<String> values) implements Requirement {
        public In {
            values = Set.copyOf(values);
        }

        @Override
        public boolean matches(JsonNode labels) {
            JsonNode value = labels.path(key);
            return value.isString() && values.contains(value.stringValue());
        }

        @Override
        public String toString() {
            return values.size() == 1
                    ? key + "=" + values.iterator().next()
                    : key + " in " + list(values);
        }
    }

    /** The label is absent or has none of these values. */
    record NotIn(String key, Set<String> values) implements Requirement {
        public NotIn {
            values = Set.copyOf(values);
        }

        @Override
        public boolean matches(JsonNode labels) {
            JsonNode value = labels.path(key);
            return !value.isString() || !values.contains(value.stringValue());
        }

        @Override
        public String toString() {
            return values.size() == 1
                    ? key + "!=" + values.iterator().next()
                    : key + " notin " + list(values);
        }
    }

    /** The label is there, or is not. */
    record Exists(String key, boolean wanted) implements Requirement {
        @Override
        public boolean matches(JsonNode labels) {
            return labels.has(key) == wanted;
        }

        @Override
        public String toString() {
            return wanted ? key : "!" + key;
        }
    }

    /** The label is a number on one side of a bound. */
    record Compare(String key, boolean greater, long bound) implements Requirement {
        @Override
        public boolean matches(JsonNode labels) {
            try {
                long value = Long.parseLong(labels.path(key).stringValue(""));
                return greater ? value > bound : value < bound;
            } catch (NumberFormatException notANumber) {
                return false;
            }
        }

        @Override
        public String toString() {
            return key + (greater ? ">" : "<") + bound;
        }
    }

    private static String list(Set<String> values) {
        return values.stream().sorted().collect(Collectors.joining(",", "(", ")"));
    }
}
