package io.biplane.api.strategy.pod;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.strategy.NamedStrategy;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The rules of Pods. */
public final class PodStrategy extends NamedStrategy {
    private static final String UPDATABLE =
            "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    public PodStrategy(Resource resource) {
        super(resource);
    }

    @Override
    public void applyDefaults(ObjectNode pod) {
        ObjectNode spec = Json.child(pod, "spec");
        PodSpecDefaults.apply(spec);
        if (!spec.has("enableServiceLinks")) {
            spec.put("enableServiceLinks", true);
        }
        PodAddresses.normalise(pod);
    }

    @Override
    public void prepareForCreate(ObjectNode pod) {
        pod.putObject("status")
                .put("phase", "Pending")
                .put("qosClass", QualityOfService.of(pod.path("spec")));
    }

    @Override
    public void prepareForStatusUpdate(ObjectNode pod, ObjectNode old) {
        super.prepareForStatusUpdate(pod, old);
        PodAddresses.normalise(pod);
    }

    @Override
    protected void check(ObjectNode pod, List<FieldError> errors) {
        errors.addAll(PodSpecValidation.validate("spec", pod.path("spec")));
    }

    /**
     * Containers run as they were started: only images, deadlines and further tolerations may
     * change.
     */
    @Override
    protected void checkChange(ObjectNode pod, ObjectNode old, List<FieldError> errors) {
        ObjectNode now = fixed(pod);
        ObjectNode before = fixed(old);
        if (now.equals(before)) {
            if (!containsAll(
                    Fields.at(pod, "spec", "tolerations"), Fields.at(old, "spec", "tolerations"))) {
                errors.add(
                        FieldError.forbidden(
                                "spec.tolerations",
                                "existing toleration can not be modified except its tolerationSeconds"));
            }
            return;
        }
        Set<String> changed = new HashSet<>(now.propertyNames());
        changed.addAll(before.propertyNames());
        changed.removeIf(field -> now.path(field).equals(before.path(field)));
        errors.add(
                FieldError.forbidden(
                        "spec",
                        UPDATABLE
                                + "\nchanged: "
                                + String.join(", ", changed.stream().sorted().toList())));
    }

    /** The spec without what may change. */
    private static ObjectNode fixed(ObjectNode pod) {
        ObjectNode spec =
                pod.path("spec") instanceof ObjectNode object ? object.deepCopy() : Json.object();
        for (String list : List.of("containers", "initContainers")) {
            objects(spec.path(list)).forEach(container -> container.remove("image"));
        }
        spec.remove(List.of("activeDeadlineSeconds", "tolerations"));
        if (spec.path("terminationGracePeriodSeconds").longValue(0) < 0) {
            spec.put("terminationGracePeriodSeconds", 1);
        }
        return spec;
    }

    private static boolean containsAll(JsonNode now, JsonNode before) {
        Set<JsonNode> kept = new HashSet<>();
        now.forEach(toleration -> kept.add(withoutSeconds(toleration)));
        return before.valueStream().map(PodStrategy::withoutSeconds).allMatch(kept::contains);
    }

    private static JsonNode withoutSeconds(JsonNode toleration) {
        JsonNode copy = toleration.deepCopy();
        if (copy instanceof ObjectNode object) {
            object.remove("tolerationSeconds");
        }
        return copy;
    }

    @Override
    public List<FieldError> validateStatusUpdate(ObjectNode pod, ObjectNode old) {
        return PodAddresses.validate(pod, old);
    }
}
