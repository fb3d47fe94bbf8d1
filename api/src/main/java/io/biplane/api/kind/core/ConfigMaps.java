package io.biplane.api.kind.core;

import io.biplane.api.FieldError;
import io.biplane.api.Resource;
import io.biplane.api.registry.Kind;
import io.biplane.api.strategy.NamedStrategy;
import io.biplane.api.table.Column;
import io.biplane.api.validation.MetaValidation;
import io.biplane.api.validation.Names;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** ConfigMaps. */
public final class ConfigMaps {
    public static final Kind KIND =
            Kind.named("", "v1", "configmaps", "ConfigMap")
                    .shortNames("cm")
                    .countsNoGeneration()
                    .columns(
                            Column.objectName(),
                            Column.text(
                                    "Data",
                                    "How many entries the map has.",
                                    (map, now) ->
                                            String.valueOf(
                                                    map.path("data").size()
                                                            + map.path("binaryData").size())),
                            Column.age())
                    .rules(Rules::new)
                    .build();

    private ConfigMaps() {}

    /** The rules of ConfigMaps. */
    static final class Rules extends NamedStrategy {
        private static final int MOST_BYTES = 1 << 20;
        static final String IMMUTABLE = "field is immutable when `immutable` is set";

        Rules(Resource resource) {
            super(resource);
        }

        @Override
        protected void check(ObjectNode map, List<FieldError> errors) {
            JsonNode data = map.path("data");
            JsonNode binary = map.path("binaryData");
            long bytes =
                    keys("data", data, errors)
                            + keys("binaryData", binary, errors) / 4 * 3; // base64
            for (String key : data.propertyNames()) {
                if (binary.has(key)) {
                    String fault = "duplicate of key present in binaryData";
                    errors.add(FieldError.invalid("data[" + key + "]", key, fault));
                }
            }
            if (bytes > MOST_BYTES) {
                errors.add(FieldError.tooLong("", MOST_BYTES));
            }
        }

        /** Checks the keys of a map; gives the length of its values in bytes. */
        static long keys(String field, JsonNode values, List<FieldError> errors) {
            long bytes = 0;
            for (Map.Entry<String, JsonNode> entry : values.properties()) {
                String key = entry.getKey();
                MetaValidation.add(errors, field + "[" + key + "]", key, Names.configKey(key));
                bytes += entry.getValue().stringValue("").getBytes(StandardCharsets.UTF_8).length;
            }
            return bytes;
        }

        @Override
        protected void checkChange(ObjectNode map, ObjectNode old, List<FieldError> errors) {
            immutable(map, old, List.of("data", "binaryData"), errors);
        }

        static void immutable(
                ObjectNode object, ObjectNode old, List<String> fields, List<FieldError> errors) {
            if (!old.path("immutable").booleanValue(false)) {
                return;
            }
            if (!object.path("immutable").booleanValue(false)) {
                errors.add(FieldError.forbidden("immutable", IMMUTABLE));
            }
            for (String field : fields) {
                if (!object.path(field).equals(old.path(field))) {
                    errors.add(FieldError.forbidden(field, IMMUTABLE));
                }
            }
        }
    }
}
