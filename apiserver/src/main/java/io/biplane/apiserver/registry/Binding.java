package io.biplane.apiserver.registry;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Reason;
import io.biplane.api.StatusException;
import io.biplane.apiserver.call.Answers;
import io.biplane.apiserver.call.Bodies;
import io.biplane.apiserver.call.Call;
import io.biplane.apiserver.exchange.Response;
import io.biplane.apiserver.write.Deletion;
import io.biplane.apiserver.write.Metadata;
import io.biplane.apiserver.write.ObjectWriter;
import io.biplane.apiserver.write.ObjectWriter.Rules;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/** {@code POST} to a pod's {@code binding}: gives the pod to a node, once. */
final class Binding {
    private final ObjectWriter writer;

    Binding(ObjectWriter writer) {
        this.writer = writer;
    }

    Response handle(Call call) {
        ObjectNode binding = Bodies.parse(call.request());
        String node = Fields.string(binding, "target", "name");
        if (node.isEmpty()) {
            throw StatusException.badRequest(
                    "Binding of pod %s: target.name: Required value".formatted(call.name()));
        }
        ObjectWriter.Outcome outcome =
                writer.change(
                        call.target(),
                        pod -> bind(pod, call.name(), node, binding),
                        Rules.NONE,
                        call.dryRun());
        ObjectNode status =
                Answers.success(
                        call.resource(),
                        call.name(),
                        Fields.string(outcome.object(), "metadata", "uid"));
        return Answers.json(Answers.CREATED, Json.bytes(status.put("code", 201)), List.of());
    }

    private static ObjectNode bind(ObjectNode pod, String name, String node, ObjectNode binding) {
        String uid = Fields.string(binding, "metadata", "uid");
        if (!uid.isEmpty() && !uid.equals(Fields.string(pod, "metadata", "uid"))) {
            throw conflict(name, "Precondition failed: UID in precondition: " + uid);
        }
        if (Deletion.isMarked(pod)) {
            throw conflict(
                    name, "pod %s is being deleted, cannot be assigned to a host".formatted(name));
        }
        String bound = Fields.string(pod, "spec", "nodeName");
        if (!bound.isEmpty()) {
            throw conflict(
                    name, "pod %s is already assigned to node \"%s\"".formatted(name, bound));
        }
        Json.child(pod, "spec").put("nodeName", node);
        setScheduled(Json.child(pod, "status"));
        return pod;
    }

    private static void setScheduled(ObjectNode status) {
        ArrayNode conditions =
                status.get("conditions") instanceof ArrayNode found
                        ? found
                        : status.putArray("conditions");
        for (JsonNode condition : conditions) {
            if (condition instanceof ObjectNode scheduled
                    && Fields.string(condition, "type").equals("PodScheduled")) {
                scheduled.remove(List.of("reason", "message"));
                scheduled.put("status", "True").put("lastTransitionTime", Metadata.now());
                return;
            }
        }
        conditions
                .addObject()
                .put("type", "PodScheduled")
                .put("status", "True")
                .putNull("lastProbeTime")
                .put("lastTransitionTime", Metadata.now());
    }

    private static StatusException conflict(String name, String why) {
        ObjectNode details = Json.object().put("name", name).put("kind", "pods/binding");
        return new StatusException(
                Reason.CONFLICT,
                "Operation cannot be fulfilled on pods/binding \"%s\": %s".formatted(name, why),
                details);
    }
}
