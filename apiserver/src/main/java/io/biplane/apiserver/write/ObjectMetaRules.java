package io.biplane.apiserver.write;

import io.biplane.api.FieldError;
import io.biplane.api.Resource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What the server asks of every changed object's metadata; the strategies check the rest. */
final class ObjectMetaRules {
    private ObjectMetaRules() {}

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
