package io.biplane.api.strategy.pod;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.selector.LabelSelector;
import io.biplane.api.strategy.NamedStrategy;
import io.biplane.api.validation.MetaValidation;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;

/**
 * The rules of Deployments and ReplicaSets: a selector that never changes, and a template that it
 * selects.
 */
public final class WorkloadStrategy extends NamedStrategy {
    private static final List<String> UPDATES = List.of("Recreate", "RollingUpdate");
    private static final String NOT_NEGATIVE = "must be greater than or equal to 0";

    private final boolean deployment;

    private WorkloadStrategy(Resource resource, boolean deployment) {
        super(resource);
        this.deployment = deployment;
    }

    /** The rules of Deployments. */
    public static WorkloadStrategy ofDeployments(Resource resource) {
        return new WorkloadStrategy(resource, true);
    }

    /** The rules of ReplicaSets. */
    public static WorkloadStrategy ofReplicaSets(Resource resource) {
        return new WorkloadStrategy(resource, false);
    }

    @Override
    public void applyDefaults(ObjectNode workload) {
        ObjectNode spec = Json.child(workload, "spec");
        fill(spec, "replicas", 1);
        PodSpecDefaults.apply(Json.child(Json.child(spec, "template"), "spec"));
        if (deployment) {
            fill(spec, "revisionHistoryLimit", 10);
            fill(spec, "progressDeadlineSeconds", 600);
            ObjectNode strategy = Json.child(spec, "strategy");
            fill(strategy, "type", "RollingUpdate");
            if (Fields.string(strategy, "type").equals("RollingUpdate")) {
                ObjectNode rolling = Json.child(strategy, "rollingUpdate");
                if (!rolling.hasNonNull("maxUnavailable")) {
                    rolling.put("maxUnavailable", "25%");
                }
                if (!rolling.hasNonNull("maxSurge")) {
                    rolling.put("maxSurge", "25%");
                }
            }
        }
    }

    @Override
    public void prepareForCreate(ObjectNode workload) {
        workload.putObject("status");
        if (!deployment) {
            Json.child(workload, "status").put("replicas", 0);
        }
    }

    @Override
    protected void check(ObjectNode workload, List<FieldError> errors) {
        JsonNode spec = workload.path("spec");
        for (String field :
                List.of(
                        "replicas",
                        "minReadySeconds",
                        "revisionHistoryLimit",
                        "progressDeadlineSeconds")) {
            JsonNode value = spec.path(field);
            if (value.isNumber() && value.intValue() < 0) {
                errors.add(FieldError.invalid("spec." + field, value, NOT_NEGATIVE));
            }
        }
        selector(spec, errors);
        errors.addAll(
                MetaValidation.labels(
                        "spec.template.metadata.labels",
                        Fields.at(spec, "template", "metadata", "labels")));
        errors.addAll(
                PodSpecValidation.validate(
                        "spec.template.spec", Fields.at(spec, "template", "spec")));
        restartPolicy(Fields.string(spec, "template", "spec", "restartPolicy"), errors);
        if (deployment) {
            rollout(spec.path("strategy"), errors);
        }
    }

    private static void restartPolicy(String policy, List<FieldError> errors) {
        if (!policy.equals("Always")) {
            errors.add(
                    FieldError.notSupported(
                            "spec.template.spec.restartPolicy", policy, List.of("Always")));
        }
    }

    private void selector(JsonNode spec, List<FieldError> errors) {
        JsonNode selector = spec.path("selector");
        if (!selector.isObject()) {
            errors.add(FieldError.required("spec.selector", ""));
            return;
        }
        if (selector.path("matchLabels").isEmpty() && selector.path("matchExpressions").isEmpty()) {
            String what = deployment ? "deployment" : "replicaset";
            errors.add(
                    FieldError.invalid(
                            "spec.selector", selector, "empty selector is invalid for " + what));
            return;
        }
        errors.addAll(
                MetaValidation.labels("spec.selector.matchLabels", selector.get("matchLabels")));
        JsonNode labels = Fields.at(spec, "template", "metadata", "labels");
        try {
            if (!LabelSelector.of(selector).matches(labels)) {
                String fault = "`selector` does not match template `labels`";
                JsonNode value = labels.isMissingNode() ? Json.object() : labels;
                errors.add(FieldError.invalid("spec.template.metadata.labels", value, fault));
            }
        } catch (IllegalArgumentException e) {
            errors.add(
                    FieldError.invalid("spec.selector", selector, String.valueOf(e.getMessage())));
        }
    }

    private static void rollout(JsonNode strategy, List<FieldError> errors) {
        String type = Fields.string(strategy, "type");
        if (!UPDATES.contains(type)) {
            errors.add(FieldError.notSupported("spec.strategy.type", type, UPDATES));
        } else if (type.equals("Recreate") && strategy.hasNonNull("rollingUpdate")) {
            errors.add(
                    FieldError.forbidden(
                            "spec.strategy.rollingUpdate",
                            "may not be specified when strategy `type` is 'Recreate'"));
        } else if (type.equals("RollingUpdate")) {
            JsonNode unavailable = Fields.at(strategy, "rollingUpdate", "maxUnavailable");
            JsonNode surge = Fields.at(strategy, "rollingUpdate", "maxSurge");
            if (isZero(unavailable) && isZero(surge)) {
                errors.add(
                        FieldError.invalid(
                                "spec.strategy.rollingUpdate.maxUnavailable",
                                unavailable,
                                "may not be 0 when `maxSurge` is 0"));
            }
        }
    }

    private static boolean isZero(JsonNode amount) {
        return amount.isNumber() ? amount.intValue() == 0 : amount.stringValue("").equals("0%");
    }

    @Override
    protected void checkChange(ObjectNode workload, ObjectNode old, List<FieldError> errors) {
        JsonNode selector = Fields.at(workload, "spec", "selector");
        if (!selector.equals(Fields.at(old, "spec", "selector"))) {
            errors.add(FieldError.invalid("spec.selector", selector, "field is immutable"));
        }
    }

    @Override
    public List<FieldError> validateStatusUpdate(ObjectNode workload, ObjectNode old) {
        List<FieldError> errors = new ArrayList<>();
        for (String field :
                List.of("replicas", "readyReplicas", "availableReplicas", "updatedReplicas")) {
            JsonNode count = Fields.at(workload, "status", field);
            if (count.isNumber() && count.intValue() < 0) {
                errors.add(FieldError.invalid("status." + field, count, NOT_NEGATIVE));
            }
        }
        return errors;
    }
}
