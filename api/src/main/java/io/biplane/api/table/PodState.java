package io.biplane.api.table;

import io.biplane.api.Fields;

import tools.jackson.databind.JsonNode;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/**
 * What the containers of a Pod add up to, by the rules that upstream's printer has: the reason of
 * the first init container that is not done, else that of the last container that is not running.
 */
final class PodState {
    private final JsonNode pod;
    private final Set<String> restartableInit = new HashSet<>();
    private int readyContainers;
    private int totalContainers;
    private int restarts;
    private String lastRestart = "";
    private int restartableRestarts;
    private String lastRestartableRestart = "";
    private String reason;

    private PodState(JsonNode pod) {
        this.pod = pod;
        JsonNode status = pod.path("status");
        String given = Fields.string(status, "reason");
        reason = given.isEmpty() ? Fields.string(status, "phase") : given;
        totalContainers = Fields.at(pod, "spec", "containers").size();
    }

    static PodState of(JsonNode pod) {
        PodState state = new PodState(pod);
        state.gated();
        for (JsonNode container : Fields.at(pod, "spec", "initContainers")) {
            if (Fields.string(container, "restartPolicy").equals("Always")) {
                state.restartableInit.add(Fields.string(container, "name"));
                state.totalContainers++;
            }
        }
        boolean initializing = state.initContainers();
        if (!initializing || holds(pod, "Initialized")) {
            state.restarts = state.restartableRestarts;
            state.lastRestart = state.lastRestartableRestart;
            state.containers();
        }
        state.deletion();
        return state;
    }

    /** Whether the Pod has this condition with status True. */
    static boolean holds(JsonNode pod, String conditionType) {
        return Fields.at(pod, "status", "conditions")
                .valueStream()
                .filter(c -> Fields.string(c, "type").equals(conditionType))
                .anyMatch(c -> Fields.string(c, "status").equals("True"));
    }

    String ready() {
        return readyContainers + "/" + totalContainers;
    }

    String reason() {
        return reason;
    }

    String restarts(Instant now) {
        return restarts > 0 && !lastRestart.isEmpty()
                ? "%d (%s ago)".formatted(restarts, Age.since(lastRestart, now))
                : String.valueOf(restarts);
    }

    private void gated() {
        for (JsonNode condition : Fields.at(pod, "status", "conditions")) {
            if (Fields.string(condition, "type").equals("PodScheduled")
                    && Fields.string(condition, "reason").equals("SchedulingGated")) {
                reason = "SchedulingGated";
            }
        }
    }

    /** Whether an init container is still to come to an end. */
    private boolean initContainers() {
        JsonNode statuses = Fields.at(pod, "status", "initContainerStatuses");
        for (int i = 0; i < statuses.size(); i++) {
            JsonNode status = statuses.get(i);
            boolean restartable = restartableInit.contains(Fields.string(status, "name"));
            countRestarts(status, restartable);
            JsonNode terminated = status.path("state").path("terminated");
            JsonNode waiting = status.path("state").path("waiting");
            if (terminated.isObject() && terminated.path("exitCode").intValue(0) == 0) {
                continue;
            }
            if (restartable && status.path("started").booleanValue(false)) {
                readyContainers += status.path("ready").booleanValue(false) ? 1 : 0;
                continue;
            }
            String why = Fields.string(waiting, "reason");
            if (terminated.isObject()) {
                reason = "Init:" + ended(terminated);
            } else if (!why.isEmpty() && !why.equals("PodInitializing")) {
                reason = "Init:" + why;
            } else {
                reason = "Init:%d/%d".formatted(i, Fields.at(pod, "spec", "initContainers").size());
            }
            return true;
        }
        return false;
    }

    private void containers() {
        JsonNode statuses = Fields.at(pod, "status", "containerStatuses");
        boolean running = false;
        for (int i = statuses.size() - 1; i >= 0; i--) {
            JsonNode status = statuses.get(i);
            countRestarts(status, false);
            JsonNode state = status.path("state");
            String waiting = Fields.string(state, "waiting", "reason");
            if (!waiting.isEmpty()) {
                reason = waiting;
            } else if (state.path("terminated").isObject()) {
                reason = ended(state.path("terminated"));
            } else if (status.path("ready").booleanValue(false)
                    && state.path("running").isObject()) {
                running = true;
                readyContainers++;
            }
        }
        if (reason.equals("Completed") && running) {
            reason = holds(pod, "Ready") ? "Running" : "NotReady";
        }
    }

    private void deletion() {
        if (pod.path("metadata").has("deletionTimestamp")) {
            if (Fields.string(pod, "status", "reason").equals("NodeLost")) {
                reason = "Unknown";
            } else if (!finished()) {
                reason = "Terminating";
            }
        }
    }

    private boolean finished() {
        String phase = Fields.string(pod, "status", "phase");
        return phase.equals("Failed") || phase.equals("Succeeded");
    }

    private void countRestarts(JsonNode status, boolean restartable) {
        int count = status.path("restartCount").intValue(0);
        String finished = Fields.string(status, "lastState", "terminated", "finishedAt");
        restarts += count;
        lastRestart = later(lastRestart, finished);
        if (restartable) {
            restartableRestarts += count;
            lastRestartableRestart = later(lastRestartableRestart, finished);
        }
    }

    /** Both are in UTC to the second, so that the order of the texts is that of the times. */
    private static String later(String a, String b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    private static String ended(JsonNode terminated) {
        String why = Fields.string(terminated, "reason");
        if (!why.isEmpty()) {
            return why;
        }
        int signal = terminated.path("signal").intValue(0);
        return signal != 0
                ? "Signal:" + signal
                : "ExitCode:" + terminated.path("exitCode").intValue(0);
    }
}
