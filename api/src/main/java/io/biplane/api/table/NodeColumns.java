package io.biplane.api.table;

import io.biplane.api.Fields;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** The columns of Nodes. */
public final class NodeColumns {
    private static final String ROLE_PREFIX = "node-role.kubernetes.io/";
    private static final String ROLE = "kubernetes.io/role";

    public static final List<Column> ALL =
            List.of(
                    Column.objectName(),
                    Column.text("Status", "The status of the node", (node, now) -> status(node)),
                    Column.text("Roles", "The roles of the node", (node, now) -> roles(node)),
                    Column.age(),
                    info("Version", "Kubelet Version reported by the node.", "kubeletVersion"),
                    Column.text(
                                    "Internal-IP",
                                    "The first address of type InternalIP.",
                                    (node, now) -> address(node, "InternalIP"))
                            .wide(),
                    Column.text(
                                    "External-IP",
                                    "The first address of type ExternalIP.",
                                    (node, now) -> address(node, "ExternalIP"))
                            .wide(),
                    info("OS-Image", "OS Image reported by the node.", "osImage").wide(),
                    info("Kernel-Version", "Kernel version reported by the node.", "kernelVersion")
                            .wide(),
                    info(
                                    "Container-Runtime",
                                    "Container runtime reported by the node.",
                                    "containerRuntimeVersion")
                            .wide());

    private NodeColumns() {}

    private static Column info(String name, String description, String field) {
        return Column.text(
                name,
                description,
                (node, now) -> {
                    String text = Fields.string(node, "status", "nodeInfo", field);
                    return text.isEmpty() ? "<unknown>" : text;
                });
    }

    private static String status(JsonNode node) {
        String ready = "Unknown";
        for (JsonNode condition : Fields.at(node, "status", "conditions")) {
            if (Fields.string(condition, "type").equals("Ready")) {
                ready = Fields.string(condition, "status").equals("True") ? "Ready" : "NotReady";
            }
        }
        boolean unschedulable = Fields.at(node, "spec", "unschedulable").booleanValue(false);
        return unschedulable ? ready + ",SchedulingDisabled" : ready;
    }

    private static String roles(JsonNode node) {
        TreeSet<String> roles = new TreeSet<>();
        for (Map.Entry<String, JsonNode> label :
                Fields.at(node, "metadata", "labels").properties()) {
            String value = label.getValue().stringValue("");
            if (label.getKey().startsWith(ROLE_PREFIX)) {
                roles.add(label.getKey().substring(ROLE_PREFIX.length()));
            } else if (Objects.equals(label.getKey(), ROLE)) {
                roles.add(value);
            }
        }
        roles.remove("");
        return Cells.orNone(String.join(",", roles));
    }

    private static String address(JsonNode node, String type) {
        return Fields.at(node, "status", "addresses")
                .valueStream()
                .filter(address -> Fields.string(address, "type").equals(type))
                .map(address -> Fields.string(address, "address"))
                .findFirst()
                .orElse(Cells.NONE);
    }
}
