package io.biplane.node;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Times;
import io.biplane.api.view.PodView;
import io.biplane.netip.Addr;
import io.biplane.node.standin.ServedState;
import io.biplane.node.standin.ServedState.Container;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The status of a pod, made of the Pod as the API has it and of what its stand-ins report; pure.
 * What has not changed keeps its times, so that an unchanged pod gives an unchanged status.
 *
 * @param podIps the primary first
 * @param hostIps the node's, the primary first
 * @param served what the stand-ins report; empty while the pod has no network, so that none serve
 *     it
 * @param instance of the stand-ins' process; another one than before means that containers
 *     restarted
 * @param cutOff why packets do not reach the pod; empty if they do
 * @param restarted containers that had exited and were started again, with their exit codes
 */
record PodStatus(
        PodView pod,
        List<Addr> podIps,
        List<Addr> hostIps,
        Optional<ServedState> served,
        String instance,
        Map<String, Integer> restarted,
        Optional<String> cutOff,
        Instant now) {

    private static final int KILLED = 137;

    /** Of a pod that waits for its network: no address, no container, not ready. */
    static PodStatus waiting(PodView pod, List<Addr> hostIps, Instant now) {
        return new PodStatus(
                pod, List.of(), hostIps, Optional.empty(), "", Map.of(), Optional.empty(), now);
    }

    /** Containers that have stand-ins: the regular ones, and init containers that keep running. */
    static List<JsonNode> longRunning(PodView pod) {
        List<JsonNode> containers = new ArrayList<>(Fields.list(pod.json(), "spec", "containers"));
        Fields.list(pod.json(), "spec", "initContainers").stream()
                .filter(PodStatus::keepsRunning)
                .forEach(containers::add);
        return containers;
    }

    private static boolean keepsRunning(JsonNode initContainer) {
        return Fields.text(initContainer, "restartPolicy").equals("Always");
    }

    /** The fields of {@code status} that the agent writes. */
    ObjectNode toJson() {
        ObjectNode status = Json.object().put("phase", phase());
        conditions(status.putArray("conditions"));
        addresses(status, "hostIP", "hostIPs", hostIps);
        addresses(status, "podIP", "podIPs", podIps);
        status.put(
                "startTime",
                Fields.optionalText(pod.json(), "status", "startTime").orElse(Times.time(now)));
        ArrayNode containers = status.putArray("containerStatuses");
        for (JsonNode container : Fields.list(pod.json(), "spec", "containers")) {
            containers.add(container(container, "containerStatuses"));
        }
        List<JsonNode> init = Fields.list(pod.json(), "spec", "initContainers");
        if (!init.isEmpty()) {
            ArrayNode statuses = status.putArray("initContainerStatuses");
            for (JsonNode container : init) {
                statuses.add(
                        keepsRunning(container)
                                ? container(container, "initContainerStatuses")
                                : completed(container));
            }
        }
        return status.put("qosClass", QosClass.of(pod));
    }

    private static void addresses(ObjectNode status, String single, String list, List<Addr> ips) {
        if (ips.isEmpty()) {
            status.putNull(single).putNull(list); // takes away what it had before
            return;
        }
        status.put(single, ips.getFirst().toString());
        ArrayNode entries = status.putArray(list);
        ips.forEach(ip -> entries.addObject().put("ip", ip.toString()));
    }

    /** Empty for a container that was not created yet. */
    private Optional<Container> state(JsonNode container) {
        return served.map(state ->
                state.container(Fields.text(container, "name"))
                        .orElseGet(() -> new Container.Failed("the stand-ins do not know it")));
    }

    private boolean isListening(JsonNode container) {
        return state(container).filter(Container.Listening.class::isInstance).isPresent();
    }

    private String phase() {
        List<Container> states =
                Fields.list(pod.json(), "spec", "containers").stream()
                        .flatMap(container -> state(container).stream())
                        .toList();
        if (served.isPresent() && states.stream().allMatch(Container.Exited.class::isInstance)) {
            boolean failed =
                    states.stream().anyMatch(s -> s instanceof Container.Exited(int c) && c != 0);
            return failed ? "Failed" : "Succeeded";
        }
        boolean running =
                states.stream().anyMatch(Container.Listening.class::isInstance)
                        || pod.phase().equals("Running");
        return running ? "Running" : "Pending";
    }

    private void conditions(ArrayNode conditions) {
        List<String> unready =
                longRunning(pod).stream()
                        .filter(c -> !isListening(c))
                        .map(c -> Fields.text(c, "name"))
                        .toList();
        boolean completed = phase().equals("Succeeded") || phase().equals("Failed");
        String reason = unready.isEmpty() ? "" : completed ? "PodCompleted" : "ContainersNotReady";
        String message =
                unready.isEmpty() || completed
                        ? ""
                        : "containers with unready status: [%s]"
                                .formatted(String.join(" ", unready));
        condition(conditions, "PodScheduled", true, "", "");
        initialized(conditions);
        condition(conditions, "ContainersReady", unready.isEmpty(), reason, message);
        Optional<String> gate = closedGate();
        if (unready.isEmpty() && cutOff.isPresent()) {
            condition(conditions, "Ready", false, "PodNetworkNotReady", cutOff.get());
        } else if (unready.isEmpty() && gate.isPresent()) {
            String why =
                    "the status of pod readiness gate \"%s\" is not \"True\"".formatted(gate.get());
            condition(conditions, "Ready", false, "ReadinessGatesNotReady", why);
        } else {
            condition(conditions, "Ready", unready.isEmpty(), reason, message);
        }
        List<String> written = List.of("PodScheduled", "Initialized", "ContainersReady", "Ready");
        for (JsonNode other : Fields.list(pod.json(), "status", "conditions")) {
            if (!written.contains(Fields.text(other, "type"))) {
                conditions.add(other.deepCopy());
            }
        }
    }

    private void initialized(ArrayNode conditions) {
        List<String> incomplete =
                Fields.list(pod.json(), "spec", "initContainers").stream()
                        .filter(_ -> served.isEmpty())
                        .map(c -> Fields.text(c, "name"))
                        .toList();
        if (incomplete.isEmpty()) {
            condition(conditions, "Initialized", true, "", "");
        } else {
            condition(
                    conditions,
                    "Initialized",
                    false,
                    "ContainersNotInitialized",
                    "containers with incomplete status: [%s]"
                            .formatted(String.join(" ", incomplete)));
        }
    }

    private Optional<String> closedGate() {
        return Fields.list(pod.json(), "spec", "readinessGates").stream()
                .map(gate -> Fields.text(gate, "conditionType"))
                .filter(type ->
                        pod.conditions().stream()
                                .noneMatch(c -> c.type().equals(type) && c.isTrue()))
                .findFirst();
    }

    private void condition(
            ArrayNode conditions, String type, boolean value, String reason, String message) {
        String status = value ? "True" : "False";
        Instant since =
                pod.conditions().stream()
                        .filter(c -> c.type().equals(type) && c.status().equals(status))
                        .flatMap(c -> c.lastTransition().stream())
                        .findFirst()
                        .orElse(now);
        ObjectNode condition =
                conditions
                        .addObject()
                        .put("type", type)
                        .put("status", status)
                        .put("lastTransitionTime", Times.time(since));
        if (!reason.isEmpty()) {
            condition.put("reason", reason).put("message", message);
        }
    }

    private ObjectNode container(JsonNode container, String list) {
        String name = Fields.text(container, "name");
        JsonNode before =
                Fields.list(pod.json(), "status", list).stream()
                        .filter(c -> Fields.text(c, "name").equals(name))
                        .findFirst()
                        .orElse(Json.object());
        String idBefore = Fields.text(before, "containerID");
        int restarts = Fields.number(before, 0, "restartCount");
        ObjectNode status =
                Json.object()
                        .put("name", name)
                        .put("image", Fields.text(container, "image"))
                        .put("imageID", "");
        Optional<Container> current = state(container);
        if (current.isEmpty()) {
            return notCreated(status, before).put("restartCount", restarts);
        }
        ObjectNode state = status.putObject("state");
        boolean ready = false;
        switch (current.get()) {
            case Container.Listening _ -> {
                boolean sameRun =
                        idBefore.startsWith("biplane://" + instance)
                                && !restarted.containsKey(name)
                                && Fields.find(before, "state", "running") != null;
                ready = true;
                String started = Fields.text(before, "state", "running", "startedAt");
                state.putObject("running").put("startedAt", sameRun ? started : Times.time(now));
                JsonNode last = Fields.find(before, "lastState");
                if (!sameRun && !idBefore.isEmpty()) {
                    restarts++;
                    status.set("lastState", ended(before, restarted.getOrDefault(name, KILLED)));
                } else if (last != null && !last.isEmpty()) {
                    status.set("lastState", last.deepCopy());
                }
                idBefore = "biplane://%s-%s-%d".formatted(instance, name, restarts);
            }
            case Container.Failed(String reason) ->
                    state.putObject("waiting")
                            .put("reason", "CreateContainerError")
                            .put("message", reason);
            case Container.Exited(int code) -> {
                JsonNode ended = Fields.find(before, "state", "terminated");
                if (ended == null) {
                    state.setAll(ended(before, code));
                } else {
                    state.set("terminated", ended.deepCopy());
                }
            }
        }
        return status.put("containerID", idBefore)
                .put("ready", ready)
                .put("started", ready)
                .put("restartCount", restarts);
    }

    /** A container whose pod has no network; one that ran in an earlier network has ended. */
    private ObjectNode notCreated(ObjectNode status, JsonNode before) {
        boolean hasInit = !Fields.list(pod.json(), "spec", "initContainers").isEmpty();
        status.putObject("state")
                .putObject("waiting")
                .put("reason", hasInit ? "PodInitializing" : "ContainerCreating");
        JsonNode last = Fields.find(before, "lastState");
        if (Fields.find(before, "state", "running") != null) {
            status.set("lastState", ended(before, KILLED));
        } else if (last != null && !last.isEmpty()) {
            status.set("lastState", last.deepCopy());
        }
        Fields.optionalText(before, "containerID").ifPresent(id -> status.put("containerID", id));
        return status.put("ready", false).put("started", false);
    }

    private ObjectNode ended(JsonNode before, int code) {
        ObjectNode ended = Json.object();
        ended.putObject("terminated")
                .put("exitCode", code)
                .put("reason", code == 0 ? "Completed" : "Error")
                .put(
                        "startedAt",
                        Fields.optionalText(before, "state", "running", "startedAt")
                                .orElse(Times.time(now)))
                .put("finishedAt", Times.time(now))
                .put("containerID", Fields.text(before, "containerID"));
        return ended;
    }

    /** An init container: its image cannot run here, so it counts as having done its work. */
    private ObjectNode completed(JsonNode container) {
        String name = Fields.text(container, "name");
        Optional<JsonNode> before =
                Fields.list(pod.json(), "status", "initContainerStatuses").stream()
                        .filter(c -> Fields.text(c, "name").equals(name))
                        .findFirst();
        if (before.isPresent()) {
            return (ObjectNode) before.get().deepCopy();
        }
        ObjectNode status =
                Json.object()
                        .put("name", name)
                        .put("image", Fields.text(container, "image"))
                        .put("imageID", "");
        if (served.isEmpty()) {
            return notCreated(status, Json.object()).put("restartCount", 0);
        }
        status.put("containerID", "biplane://%s-%s-0".formatted(instance, name))
                .put("ready", true)
                .put("started", false)
                .put("restartCount", 0);
        status.putObject("state")
                .putObject("terminated")
                .put("exitCode", 0)
                .put("reason", "Completed")
                .put("startedAt", Times.time(now))
                .put("finishedAt", Times.time(now));
        return status;
    }
}
