package io.biplane.apiserver.call;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.apiserver.write.DeleteOptions;
import io.biplane.apiserver.write.DeleteOptions.Propagation;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads how to delete, from the body or the query of a request. */
public final class DeleteRequest {
    /** The last is upstream's way of saying that the field may be left out. */
    private static final List<String> POLICIES =
            List.of("Foreground", "Background", "Orphan", "nil");

    private DeleteRequest() {}

    /**
     * @throws StatusException 400 if the options cannot be read or contradict each other, 422 if
     *     there is no such propagation policy
     */
    public static DeleteOptions parse(Call call) {
        ObjectNode body =
                call.request().body().length == 0 ? Json.object() : Bodies.parse(call.request());
        return new DeleteOptions(
                grace(call, body),
                propagation(call, body),
                Fields.givenString(body.path("preconditions"), "uid"),
                Fields.givenString(body.path("preconditions"), "resourceVersion"),
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
        Optional<String> policy =
                Fields.givenString(body, "propagationPolicy")
                        .or(() ->
                                call.query().first("propagationPolicy").filter(p -> !p.isEmpty()));
        JsonNode inBody = body.path("orphanDependents");
        Optional<Boolean> orphan =
                inBody.isBoolean()
                        ? Optional.of(inBody.booleanValue())
                        : call.query().choice("orphanDependents");
        if (policy.isPresent() && orphan.isPresent()) {
            throw StatusException.badRequest(
                    "orphanDependents and deletionPropagation cannot be both set");
        }
        if (orphan.isPresent()) {
            return orphan.get() ? Propagation.ORPHAN : Propagation.BACKGROUND;
        }
        return policy.map(DeleteRequest::propagation).orElse(Propagation.DEFAULT);
    }

    private static Propagation propagation(String policy) {
        return switch (policy) {
            case "Background" -> Propagation.BACKGROUND;
            case "Foreground" -> Propagation.FOREGROUND;
            case "Orphan" -> Propagation.ORPHAN;
            default ->
                    throw StatusException.invalid(
                            "meta.k8s.io",
                            "DeleteOptions",
                            "",
                            List.of(
                                    FieldError.notSupported(
                                            "propagationPolicy", policy, POLICIES)));
        };
    }

    private static boolean dryRun(Call call, ObjectNode body) {
        List<String> values = new ArrayList<>();
        body.path("dryRun").forEach(v -> values.add(v.stringValue("")));
        return Call.dryRun(values) || call.dryRun();
    }
}
