package io.biplane.api.kind.core;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.registry.Kind;
import io.biplane.api.strategy.NamedStrategy;
import io.biplane.api.table.Column;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Secrets. */
public final class Secrets {
    public static final Kind KIND =
            Kind.named("", "v1", "secrets", "Secret")
                    .select("type", "")
                    .countsNoGeneration()
                    .columns(
                            Column.objectName(),
                            Column.text(
                                    "Type",
                                    "Used to facilitate programmatic handling of secret data.",
                                    (secret, now) -> Fields.string(secret, "type")),
                            Column.text(
                                    "Data",
                                    "How many entries the secret has.",
                                    (secret, now) -> String.valueOf(secret.path("data").size())),
                            Column.age())
                    .rules(Rules::new)
                    .build();

    private Secrets() {}

    /** The rules of Secrets. */
    private static final class Rules extends NamedStrategy {
        private static final int MOST_BYTES = 1 << 20;

        /** What Secrets of these types must contain. */
        private static final Map<String, List<String>> REQUIRED_KEYS =
                Map.of(
                        "kubernetes.io/tls", List.of("tls.crt", "tls.key"),
                        "kubernetes.io/dockerconfigjson", List.of(".dockerconfigjson"),
                        "kubernetes.io/dockercfg", List.of(".dockercfg"),
                        "kubernetes.io/ssh-auth", List.of("ssh-privatekey"));

        Rules(Resource resource) {
            super(resource);
        }

        /** {@code stringData} is for writing only: its values stand in {@code data} afterwards. */
        @Override
        public void applyDefaults(ObjectNode secret) {
            fill(secret, "type", "Opaque");
            for (Map.Entry<String, JsonNode> entry : secret.path("stringData").properties()) {
                byte[] value = entry.getValue().stringValue("").getBytes(StandardCharsets.UTF_8);
                Json.child(secret, "data")
                        .put(entry.getKey(), Base64.getEncoder().encodeToString(value));
            }
            secret.remove("stringData");
        }

        @Override
        protected void check(ObjectNode secret, List<FieldError> errors) {
            JsonNode data = secret.path("data");
            if (ConfigMaps.Rules.keys("data", data, errors) / 4 * 3 > MOST_BYTES) {
                errors.add(FieldError.tooLong("data", MOST_BYTES));
            }
            for (String key :
                    REQUIRED_KEYS.getOrDefault(Fields.string(secret, "type"), List.of())) {
                if (!data.has(key)) {
                    errors.add(FieldError.required("data[" + key + "]", ""));
                }
            }
        }

        @Override
        protected void checkChange(ObjectNode secret, ObjectNode old, List<FieldError> errors) {
            String type = Fields.string(secret, "type");
            if (!type.equals(Fields.string(old, "type"))) {
                errors.add(FieldError.invalid("type", type, "field is immutable"));
            }
            ConfigMaps.Rules.immutable(secret, old, List.of("data"), errors);
        }
    }
}
