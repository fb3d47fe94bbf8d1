package io.biplane.apiserver.registry;

import io.biplane.api.FieldError;
import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.selector.LabelSelector;
import io.biplane.api.type.Decoder;
import io.biplane.api.type.FieldValidation;
import io.biplane.apiserver.call.Answers;
import io.biplane.apiserver.call.Bodies;
import io.biplane.apiserver.call.Call;
import io.biplane.apiserver.exchange.Response;
import io.biplane.apiserver.storage.StoredObject;
import io.biplane.apiserver.write.ObjectWriter;
import io.biplane.apiserver.write.ObjectWriter.Rules;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.function.UnaryOperator;

/** The {@code scale} of a workload: how many replicas there should be and are. */
final class Scale {
    private final ObjectWriter writer;

    Scale(ObjectWriter writer) {
        this.writer = writer;
    }

    Response get(Call call) {
        StoredObject object =
                writer.find(call.target())
                        .orElseThrow(() -> StatusException.notFound(call.resource(), call.name()));
        return Answers.json(Answers.OK, Json.bytes(view(object.tree())), List.of());
    }

    Response update(Call call) {
        ObjectNode sent = Bodies.parse(call.request());
        return change(call, _ -> sent);
    }

    /** Applies the change to the scale as it is, then the scale to its object. */
    Response change(Call call, UnaryOperator<ObjectNode> change) {
        ObjectWriter.Outcome outcome =
                writer.change(
                        call.target(),
                        object -> apply(call, object, change.apply(view(object))),
                        Rules.OBJECT,
                        call.dryRun());
        return Answers.json(Answers.OK, Json.bytes(view(outcome.object())), outcome.warnings());
    }

    private static ObjectNode apply(Call call, ObjectNode object, ObjectNode scale) {
        Decoder.decode(scale, "autoscaling/v1", "Scale", FieldValidation.IGNORE);
        JsonNode replicas = scale.path("spec").path("replicas");
        if (replicas.intValue(0) < 0) {
            throw StatusException.invalid(
                    call.resource(),
                    call.name(),
                    List.of(
                            FieldError.invalid(
                                    "spec.replicas",
                                    replicas,
                                    "must be greater than or equal to 0")));
        }
        Json.child(object, "spec").put("replicas", replicas.intValue(0));
        JsonNode version = scale.path("metadata").get("resourceVersion");
        if (version != null) {
            Json.child(object, "metadata").set("resourceVersion", version);
        }
        return object;
    }

    private static ObjectNode view(ObjectNode object) {
        ObjectNode scale = Json.object().put("kind", "Scale").put("apiVersion", "autoscaling/v1");
        ObjectNode metadata = scale.putObject("metadata");
        for (String field :
                List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
            JsonNode value = object.path("metadata").get(field);
            if (value != null) {
                metadata.set(field, value);
            }
        }
        scale.putObject("spec").put("replicas", object.path("spec").path("replicas").intValue(0));
        scale.putObject("status")
                .put("replicas", object.path("status").path("replicas").intValue(0))
                .put("selector", LabelSelector.of(object.path("spec").path("selector")).toString());
        return scale;
    }
}
