package io.biplane.apiserver.call;

import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.apiserver.write.DeleteOptions;
import io.biplane.apiserver.write.DeleteOptions.Propagation;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Reads how to delete, from the body or the query of a request. */
public final class DeleteRequest {
    private DeleteRequest() {}

    /**
     * @throws StatusException (400) if the options cannot be read or contradict each other
     */
    public static DeleteOptions parse(Call call) {
        ObjectNode body =
                call.request().body().length == 0 ? Json.object() : Bodies.parse(call.request());
        return new DeleteOptions(
                grace(call, body),
                propagation(call, body),
                Json.string(body, "preconditions", "uid"),
                Json.string(body, "preconditions", "resourceVersion"),
                dryRun(call, body));
    }

    private static OptionalLong grace(Call call, ObjectNode body) {
        JsonNode inBody = body.path("gracePeriodSeconds");
        if (inBody.isNumber()) {
            return OptionalLong.of(inBody.longValue(0));
        }
        String inQuery = call.query().text("gracePeriodSeconds");
        if (inQuery.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(inQuery));
        } catch (NumberFormatException e) {
            throw StatusException.badRequest(
                    "gracePeriodSeconds: \"%s\" is not a number of seconds".formatted(inQuery));
        }
    }

    private static Propagation propagation(Call call, ObjectNode body) {
        String policy =
                Json.optionalString(body, "propagationPolicy")
                        .orElseGet(() -> call.query().text("propagationPolicy"));
        String orphan =
                body.has("orphanDependents")
                        ? body.path("orphanDependents").asString()
                        : call.query().text("orphanDependents");
        if (!policy.isEmpty() && !orphan.isEmpty()) {
            throw StatusException.badRequest(
                    "orphanDependents and deletionPropagation cannot be both set");
        }
        if (!orphan.isEmpty()) {
            return orphan.equals("true") ? Propagation.ORPHAN : Propagation.BACKGROUND;
        }
        return switch (policy) {
            case "" -> Propagation.DEFAULT;
            case "Background" -> Propagation.BACKGROUND;
            case "Foreground" -> Propagation.FOREGROUND;
            case "Orphan" -> Propagation.ORPHAN;
            default ->
                    throw StatusException.badRequest(
                            "propagationPolicy: Unsupported value: \"%s\": supported values: \"Foreground\", \"Background\", \"Orphan\""
                                    .formatted(policy));
        };
    }

    private static boolean dryRun(Call call, ObjectNode body) {
        List<String> values = new ArrayList<>();
        body.path("dryRun").forEach(v -> values.add(v.stringValue("")));
        return Call.dryRun(values) || call.dryRun();
    }
}
