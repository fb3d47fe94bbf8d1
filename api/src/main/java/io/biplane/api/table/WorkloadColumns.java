package io.biplane.api.table;

import io.biplane.api.Fields;

import tools.jackson.databind.JsonNode;

import java.util.List;

/** The columns of Deployments and ReplicaSets. */
public final class WorkloadColumns {
    public static final List<Column> DEPLOYMENTS =
            List.of(
                    Column.objectName(),
                    Column.text(
                            "Ready",
                            "Number of the pod with ready state",
                            (deployment, now) ->
                                    Fields.at(deployment, "status", "readyReplicas").intValue(0)
                                            + "/"
                                            + Fields.at(deployment, "spec", "replicas")
                                                    .intValue(0)),
                    Column.text(
                            "Up-to-date",
                            "Pods that have the wanted template.",
                            (deployment, now) ->
                                    String.valueOf(
                                            Fields.at(deployment, "status", "updatedReplicas")
                                                    .intValue(0))),
                    Column.text(
                            "Available",
                            "Pods that have been ready for long enough.",
                            (deployment, now) ->
                                    String.valueOf(
                                            Fields.at(deployment, "status", "availableReplicas")
                                                    .intValue(0))),
                    Column.age(),
                    containers("name", "Containers", "Names of each container in the template."),
                    containers("image", "Images", "Images of each container in the template."),
                    selector());

    public static final List<Column> REPLICA_SETS =
            List.of(
                    Column.objectName(),
                    Column.number(
                            "Desired",
                            "The number of wanted pods.",
                            Cells.number("spec", "replicas")),
                    Column.number(
                            "Current",
                            "The number of pods that there are.",
                            Cells.number("status", "replicas")),
                    Column.number(
                            "Ready",
                            "The number of ready pods.",
                            Cells.number("status", "readyReplicas")),
                    Column.age(),
                    containers("name", "Containers", "Names of each container in the template."),
                    containers("image", "Images", "Images of each container in the template."),
                    selector());

    private WorkloadColumns() {}

    private static Column containers(String field, String name, String description) {
        return Column.text(
                        name,
                        description,
                        (object, now) ->
                                Cells.join(
                                        Fields.at(object, "spec", "template", "spec", "containers"),
                                        field))
                .wide();
    }

    private static Column selector() {
        return Column.text(
                        "Selector",
                        "Label selector for pods.",
                        (object, now) -> selector(Fields.at(object, "spec", "selector")))
                .wide();
    }

    private static String selector(JsonNode selector) {
        return Cells.selector(selector);
    }
}
