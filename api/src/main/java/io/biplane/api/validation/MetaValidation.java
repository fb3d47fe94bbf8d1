package io.biplane.api.validation;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The rules for {@code metadata}, which all kinds share. */
public final class MetaValidation {
    private static final int ANNOTATIONS_MAX_BYTES = 256 * 1024;
    private static final String IMMUTABLE = "field is immutable";
    private static final Set<String> STANDARD_FINALIZERS =
            Set.of("kubernetes", "orphan", "foregroundDeletion");

    private MetaValidation() {}

    /**
     * The faults of an object's metadata.
     *
     * @param namespaced whether the kind lives in namespaces
     * @param names the form of names of this kind, from {@link Names}
     */
    public static List<FieldError> validate(
            ObjectNode object, boolean namespaced, Function<String, List<String>> names) {
        JsonNode meta = object.path("metadata");
        List<FieldError> errors = new ArrayList<>();
        String generateName = Fields.string(meta, "generateName");
        if (!generateName.isEmpty()) {
            add(errors, "metadata.generateName", generateName, names.apply(asPrefix(generateName)));
        }
        String name = Fields.string(meta, "name");
        if (name.isEmpty()) {
            errors.add(FieldError.required("metadata.name", "name or generateName is required"));
        } else {
            add(errors, "metadata.name", name, names.apply(name));
        }
        errors.addAll(namespace(Fields.string(meta, "namespace"), namespaced));
        errors.addAll(labels("metadata.labels", meta.get("labels")));
        errors.addAll(annotations(meta.path("annotations")));
        errors.addAll(OwnerReferences.validate(meta.path("ownerReferences")));
        errors.addAll(finalizers(meta.path("finalizers")));
        return errors;
    }

    /** A prefix of names may end with a hyphen, to which random characters are then appended. */
    private static String asPrefix(String generateName) {
        int last = generateName.length() - 1;
        return last > 0 && generateName.charAt(last) == '-'
                ? generateName.substring(0, last) + "a"
                : generateName;
    }

    private static List<FieldError> namespace(String namespace, boolean namespaced) {
        List<FieldError> errors = new ArrayList<>();
        if (!namespaced) {
            if (!namespace.isEmpty()) {
                errors.add(FieldError.forbidden("metadata.namespace", "not allowed on this type"));
            }
        } else if (namespace.isEmpty()) {
            errors.add(FieldError.required("metadata.namespace", ""));
        } else {
            add(errors, "metadata.namespace", namespace, Names.dnsLabel(namespace));
        }
        return errors;
    }

    /** The faults of a map of labels, such as {@code metadata.labels} or {@code spec.selector}. */
    public static List<FieldError> labels(String field, @Nullable JsonNode labels) {
        List<FieldError> errors = new ArrayList<>();
        if (labels != null) {
            for (Map.Entry<String, JsonNode> label : labels.properties()) {
                add(errors, field, label.getKey(), Names.qualified(label.getKey()));
                String value = label.getValue().stringValue("");
                add(errors, field, value, Names.labelValue(value));
            }
        }
        return errors;
    }

    private static List<FieldError> annotations(JsonNode annotations) {
        List<FieldError> errors = new ArrayList<>();
        long bytes = 0;
        for (Map.Entry<String, JsonNode> annotation : annotations.properties()) {
            String key = annotation.getKey();
            add(errors, "metadata.annotations", key, Names.qualified(key.toLowerCase(Locale.ROOT)));
            bytes += utf8(key) + utf8(annotation.getValue().stringValue(""));
        }
        if (bytes > ANNOTATIONS_MAX_BYTES) {
            errors.add(FieldError.tooLong("metadata.annotations", ANNOTATIONS_MAX_BYTES));
        }
        return errors;
    }

    private static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static List<FieldError> finalizers(JsonNode finalizers) {
        List<FieldError> errors = new ArrayList<>();
        boolean orphan = false;
        boolean foreground = false;
        for (JsonNode node : finalizers) {
            String finalizer = node.stringValue("");
            orphan |= finalizer.equals("orphan");
            foreground |= finalizer.equals("foregroundDeletion");
            List<String> faults = Names.qualified(finalizer);
            add(errors, "metadata.finalizers", finalizer, faults);
            if (faults.isEmpty()
                    && finalizer.indexOf('/') < 0
                    && !STANDARD_FINALIZERS.contains(finalizer)) {
                errors.add(
                        FieldError.invalid(
                                "metadata.finalizers",
                                finalizer,
                                "name is neither a standard finalizer name nor is it fully qualified"));
            }
        }
        if (orphan && foreground) {
            errors.add(
                    FieldError.invalid(
                            "metadata.finalizers",
                            finalizers,
                            "finalizer orphan and foregroundDeletion cannot be both set"));
        }
        return errors;
    }

    /** The faults of a change of metadata: what an object is known by never changes. */
    public static List<FieldError> validateUpdate(ObjectNode object, ObjectNode old) {
        List<FieldError> errors = new ArrayList<>();
        for (String field :
                List.of("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp")) {
            String now = Fields.string(object, "metadata", field);
            if (!now.equals(Fields.string(old, "metadata", field))) {
                errors.add(
                        FieldError.invalid(
                                "metadata." + field, StringNode.valueOf(now), IMMUTABLE));
            }
        }
        return errors;
    }

    /** A fault for each text, all of one field and value. */
    public static void add(
            List<FieldError> errors, String field, String value, List<String> faults) {
        faults.forEach(fault -> errors.add(FieldError.invalid(field, value, fault)));
    }
}
