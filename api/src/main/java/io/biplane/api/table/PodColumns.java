package io.biplane.api.table;

import io.biplane.api.Fields;

import tools.jackson.databind.JsonNode;

import java.util.List;

/** The columns of Pods. */
public final class PodColumns {
    public static final List<Column> ALL =
            List.of(
                    Column.objectName(),
                    Column.text(
                            "Ready",
                            "The aggregate readiness state of this pod for accepting traffic.",
                            (pod, now) -> PodState.of(pod).ready()),
                    Column.text(
                            "Status",
                            "The aggregate status of the containers in this pod.",
                            (pod, now) -> PodState.of(pod).reason()),
                    Column.text(
                            "Restarts",
                            "The number of times the containers in this pod have been restarted and"
                                    + " when the last container in this pod has restarted.",
                            (pod, now) -> PodState.of(pod).restarts(now)),
                    Column.age(),
                    Column.text(
                                    "IP",
                                    "IP address allocated to the pod.",
                                    (pod, now) -> ip(pod.path("status")))
                            .wide(),
                    Column.text(
                                    "Node",
                                    "The node that the pod runs on.",
                                    Cells.text("spec", "nodeName"))
                            .wide(),
                    Column.text(
                                    "Nominated Node",
                                    "The node that is to run the pod once others made room.",
                                    Cells.text("status", "nominatedNodeName"))
                            .wide(),
                    Column.text(
                                    "Readiness Gates",
                                    "How many of the pod's readiness gates hold.",
                                    (pod, now) -> gates(pod))
                            .wide());

    private PodColumns() {}

    private static String ip(JsonNode status) {
        String first = Fields.string(status.path("podIPs").path(0), "ip");
        return Cells.orNone(first.isEmpty() ? Fields.string(status, "podIP") : first);
    }

    private static String gates(JsonNode pod) {
        JsonNode gates = Fields.at(pod, "spec", "readinessGates");
        if (gates.isEmpty()) {
            return Cells.NONE;
        }
        long holding =
                gates.valueStream()
                        .filter(gate -> PodState.holds(pod, Fields.string(gate, "conditionType")))
                        .count();
        return holding + "/" + gates.size();
    }
}
