package io.biplane.api.strategy.pod;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.Json;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rules for seccomp and AppArmor profiles: a file is named if, and only if, there is one. */
final class SecurityProfiles {
    private static final String LOCALHOST = "Localhost";
    private static final List<String> TYPES = List.of(LOCALHOST, "RuntimeDefault", "Unconfined");

    private SecurityProfiles() {}

    /**
     * The faults of the profiles of a pod's or a container's security context.
     *
     * @param path of the security context
     */
    static List<FieldError> validate(String path, JsonNode securityContext) {
        List<FieldError> errors = new ArrayList<>();
        if (securityContext.get("seccompProfile") instanceof ObjectNode profile) {
            type(path + ".seccompProfile", "seccompProfile", profile, errors);
            seccompFile(path + ".seccompProfile.localhostProfile", profile, errors);
        }
        if (securityContext.get("appArmorProfile") instanceof ObjectNode profile) {
            type(path + ".appArmorProfile", "appArmorProfile", profile, errors);
            appArmorFile(path + ".appArmorProfile.localhostProfile", profile, errors);
        }
        return errors;
    }

    private static void type(String path, String field, JsonNode profile, List<FieldError> errors) {
        String type = Fields.string(profile, "type");
        if (type.isEmpty()) {
            errors.add(
                    FieldError.required(
                            path + ".type", "type is required when %s is set".formatted(field)));
        } else if (!TYPES.contains(type)) {
            errors.add(FieldError.notSupported(path + ".type", type, TYPES));
        }
    }

    private static void seccompFile(String path, JsonNode profile, List<FieldError> errors) {
        String type = Fields.string(profile, "type");
        Optional<String> file = Fields.givenString(profile, "localhostProfile");
        if (!type.equals(LOCALHOST)) {
            // Upstream prints its internal structure here.
            file.map(f -> Json.object().put("Type", type).put("LocalhostProfile", f))
                    .ifPresent(value ->
                            errors.add(
                                    FieldError.invalid(
                                            path,
                                            value,
                                            "can only be set when seccomp type is Localhost")));
        } else if (file.isEmpty()) {
            errors.add(FieldError.required(path, "must be set when seccomp type is Localhost"));
        } else {
            descends(path, file.get(), errors);
        }
    }

    /** Below the kubelet's directory; that itself is all right, as it is upstream. */
    private static void descends(String path, String file, List<FieldError> errors) {
        if (file.startsWith("/")) {
            errors.add(FieldError.invalid(path, file, "must be a relative path"));
        }
        if (List.of(file.split("/", -1)).contains("..")) {
            errors.add(FieldError.invalid(path, file, "must not contain '..'"));
        }
    }

    private static void appArmorFile(String path, JsonNode profile, List<FieldError> errors) {
        String type = Fields.string(profile, "type");
        Optional<String> file = Fields.givenString(profile, "localhostProfile");
        if (type.equals(LOCALHOST)) {
            String name = file.orElse("");
            if (!name.equals(name.strip())) {
                errors.add(FieldError.invalid(path, name, "must not be padded with whitespace"));
            } else if (name.isEmpty()) {
                errors.add(
                        FieldError.required(path, "must be set when AppArmor type is Localhost"));
            }
        } else if (TYPES.contains(type)) {
            file.ifPresent(name ->
                    errors.add(
                            FieldError.invalid(
                                    path,
                                    name,
                                    "can only be set when AppArmor type is Localhost")));
        }
    }
}
