package io.biplane.api.validation;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/** The rules for {@code metadata.ownerReferences}. */
final class OwnerReferences {
    private static final String PATH = "metadata.ownerReferences";

    private OwnerReferences() {}

    static List<FieldError> validate(JsonNode references) {
        List<FieldError> errors = new ArrayList<>();
        String controller = "";
        for (JsonNode reference : references) {
            errors.addAll(validateOne(reference));
            if (reference.path("controller").booleanValue(false)) {
                String name = Fields.string(reference, "name");
                if (!controller.isEmpty()) {
                    errors.add(
                            FieldError.invalid(
                                    PATH,
                                    references,
                                    "Only one reference can have Controller set to true. Found \"true\" in references for %s and %s"
                                            .formatted(controller, name)));
                }
                controller = name;
            }
        }
        return errors;
    }

    /** Upstream's paths carry no index here. */
    private static List<FieldError> validateOne(JsonNode reference) {
        List<FieldError> errors = new ArrayList<>();
        String apiVersion = Fields.string(reference, "apiVersion");
        if (apiVersion.isEmpty() || apiVersion.endsWith("/")) {
            errors.add(
                    FieldError.invalid(
                            PATH + ".apiVersion", apiVersion, "version must not be empty"));
        }
        for (String field : List.of("kind", "name", "uid")) {
            String value = Fields.string(reference, field);
            if (value.isEmpty()) {
                errors.add(FieldError.invalid(PATH + "." + field, value, "must not be empty"));
            }
        }
        boolean event = Fields.string(reference, "kind").equals("Event");
        if (event && (apiVersion.equals("v1") || apiVersion.startsWith("events.k8s.io/"))) {
            errors.add(
                    FieldError.invalid(
                            PATH,
                            reference,
                            apiVersion + ", Kind=Event is disallowed from being an owner"));
        }
        return errors;
    }
}
