package io.biplane.node;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Times;
import io.biplane.api.view.Condition;
import io.biplane.api.view.NodeView;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.Optional;

/** The Node that an agent registers, and its status; pure. */
final class NodeObject {
    private final NodeConfig config;
    private final Machine machine;
    private final String version;

    NodeObject(NodeConfig config, Machine machine, String version) {
        this.config = config;
        this.machine = machine;
        this.version = version;
    }

    /** The whole object, as created. */
    ObjectNode toCreate(Instant now) {
        ObjectNode node = Json.object().put("apiVersion", "v1").put("kind", "Node");
        ObjectNode metadata = node.putObject("metadata").put("name", config.name());
        metadata.putObject("labels")
                .put("kubernetes.io/hostname", config.name())
                .put("kubernetes.io/os", "linux")
                .put("kubernetes.io/arch", machine.architecture())
                .put("beta.kubernetes.io/os", "linux")
                .put("beta.kubernetes.io/arch", machine.architecture());
        node.putObject("spec");
        node.set("status", status(Optional.empty(), Optional.empty(), now));
        return node;
    }

    /**
     * The status, given the Node as the API has it.
     *
     * @param known its podCIDRs decide whether the node is ready, its conditions since when
     * @param fault why no pod can have a network on it
     */
    ObjectNode status(Optional<NodeView> known, Optional<String> fault, Instant now) {
        ObjectNode status = Json.object();
        ArrayNode addresses = status.putArray("addresses");
        config.addresses()
                .forEach(ip ->
                        addresses
                                .addObject()
                                .put("type", "InternalIP")
                                .put("address", ip.toString()));
        addresses.addObject().put("type", "Hostname").put("address", config.name());
        capacity(status.putObject("capacity"));
        capacity(status.putObject("allocatable"));
        status.putObject("nodeInfo")
                .put("architecture", machine.architecture())
                .put("bootID", machine.bootId())
                .put("containerRuntimeVersion", "biplane://" + version)
                .put("kernelVersion", machine.kernel())
                .put("kubeProxyVersion", version)
                .put("kubeletVersion", version)
                .put("machineID", machine.machineId())
                .put("operatingSystem", "linux")
                .put("osImage", machine.osImage())
                .put("systemUUID", machine.machineId());
        conditions(status.putArray("conditions"), known, fault, now);
        return status;
    }

    private void capacity(ObjectNode quantities) {
        quantities
                .put("cpu", Integer.toString(machine.cpus()))
                .put("memory", machine.memoryKib() + "Ki")
                .put("ephemeral-storage", Long.toString(machine.diskBytes()))
                .put("pods", Integer.toString(config.maxPods()));
    }

    private static void conditions(
            ArrayNode conditions, Optional<NodeView> known, Optional<String> fault, Instant now) {
        condition(
                conditions,
                known,
                now,
                "MemoryPressure",
                false,
                "KubeletHasSufficientMemory",
                "kubelet has sufficient memory available");
        condition(
                conditions,
                known,
                now,
                "DiskPressure",
                false,
                "KubeletHasNoDiskPressure",
                "kubelet has no disk pressure");
        condition(
                conditions,
                known,
                now,
                "PIDPressure",
                false,
                "KubeletHasSufficientPID",
                "kubelet has sufficient PID available");
        String notReady = notReady(known, fault);
        condition(
                conditions,
                known,
                now,
                "Ready",
                notReady.isEmpty(),
                notReady.isEmpty() ? "KubeletReady" : "KubeletNotReady",
                notReady.isEmpty() ? "kubelet is posting ready status" : notReady);
    }

    /** Why the node is not ready; "" if it is. */
    private static String notReady(Optional<NodeView> known, Optional<String> fault) {
        if (known.map(node -> node.podCidrs().isEmpty()).orElse(true)) {
            return "the node has no podCIDRs yet";
        }
        return fault.map(why ->
                        "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:"
                                + why)
                .orElse("");
    }

    private static void condition(
            ArrayNode conditions,
            Optional<NodeView> known,
            Instant now,
            String type,
            boolean value,
            String reason,
            String message) {
        String status = value ? "True" : "False";
        Instant since =
                known.stream()
                        .flatMap(node -> node.conditions().stream())
                        .filter(c -> c.type().equals(type) && c.status().equals(status))
                        .flatMap(c -> c.lastTransition().stream())
                        .findFirst()
                        .orElse(now);
        conditions
                .addObject()
                .put("type", type)
                .put("status", status)
                .put("lastHeartbeatTime", Times.time(now))
                .put("lastTransitionTime", Times.time(since))
                .put("reason", reason)
                .put("message", message);
    }

    /** Whether the API's Node says all that {@code status} says, heartbeats apart. */
    static boolean says(NodeView node, ObjectNode status) {
        ObjectNode there = (ObjectNode) node.json().path("status").deepCopy();
        ObjectNode wanted = status.deepCopy();
        boolean conditions =
                Fields.list(wanted, "conditions").stream()
                        .allMatch(
                                c -> node.conditions().stream().anyMatch(known -> same(known, c)));
        for (String field : new String[] {"addresses", "capacity", "allocatable", "nodeInfo"}) {
            if (!wanted.path(field).equals(there.path(field))) {
                return false;
            }
        }
        return conditions;
    }

    private static boolean same(Condition known, tools.jackson.databind.JsonNode wanted) {
        return known.type().equals(Fields.text(wanted, "type"))
                && known.status().equals(Fields.text(wanted, "status"))
                && known.reason().equals(Fields.text(wanted, "reason"))
                && known.message().equals(Fields.text(wanted, "message"));
    }
}
