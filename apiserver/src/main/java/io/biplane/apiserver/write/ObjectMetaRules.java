package io.biplane.apiserver.write;

import io.biplane.api.FieldError;
import io.biplane.api.Json;
import io.biplane.api.Resource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What every object's metadata must keep to, whatever its kind. */
final class ObjectMetaRules {
    private ObjectMetaRules() {}

    static List<FieldError> check(Resource resource, ObjectNode object) {
        List<FieldError> faults = new ArrayList<>();
        if (Json.string(object, "metadata", "name").isEmpty()) {
            faults.add(FieldError.required("metadata.name", "name or generateName is required"));
        }
        return faults;
    }

    static List<FieldError> checkUpdate(Resource resource, ObjectNode object, ObjectNode old) {
        List<FieldError> faults = new ArrayList<>();
        Set<String> added = finalizers(object);
        added.removeAll(finalizers(old));
        if (Deletion.isMarked(old) && !added.isEmpty()) {
            faults.add(
                    FieldError.forbidden(
                            "metadata.finalizers",
                            "no new finalizers can be added if the object is being deleted, found new finalizers []string{\"%s\"}"
                                    .formatted(String.join("\", \"", added))));
        }
        return faults;
    }

    private static Set<String> finalizers(ObjectNode object) {
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode finalizer : object.path("metadata").path("finalizers")) {
            names.add(finalizer.stringValue(""));
        }
        return names;
    }
}
