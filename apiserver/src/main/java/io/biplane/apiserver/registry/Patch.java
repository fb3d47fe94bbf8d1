package io.biplane.apiserver.registry;

import io.biplane.api.FieldError;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.patch.JsonPatch;
import io.biplane.api.patch.MergePatch;
import io.biplane.api.patch.StrategicMergePatch;
import io.biplane.api.type.ApiType;
import io.biplane.api.type.DecodeException;
import io.biplane.api.type.Decoder;
import io.biplane.api.type.FieldValidation;
import io.biplane.api.type.TypeRegistry;
import io.biplane.apiserver.call.Answers;
import io.biplane.apiserver.call.Bodies;
import io.biplane.apiserver.call.Call;
import io.biplane.apiserver.exchange.Response;
import io.biplane.apiserver.write.ObjectWriter;
import io.biplane.apiserver.write.ObjectWriter.Rules;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** {@code PATCH} of an object, its status or its scale. */
final class Patch {
    private static final String JSON = "application/json-patch+json";
    private static final String MERGE = "application/merge-patch+json";
    private static final String STRATEGIC = "application/strategic-merge-patch+json";
    private static final String APPLY = "application/apply-patch+yaml";

    private final ObjectWriter writer;
    private final Scale scale;

    Patch(ObjectWriter writer, Scale scale) {
        this.writer = writer;
        this.scale = scale;
    }

    Response handle(Call call) {
        String form = form(call);
        JsonNode patch = parse(call);
        if (call.subresource().equals("scale")) {
            return scale.change(
                    call,
                    current ->
                            form.equals(JSON)
                                    ? JsonPatch.apply(current, patch)
                                    : MergePatch.apply(current, patch));
        }
        FieldValidation validation = FieldValidation.parse(call.query().text("fieldValidation"));
        Rules rules = call.subresource().equals("status") ? Rules.STATUS : Rules.OBJECT;
        List<String> warnings = new ArrayList<>();
        ObjectWriter.Outcome outcome =
                writer.change(
                        call.target(),
                        current -> {
                            ObjectNode patched = apply(form, current, patch, type(call.resource()));
                            warnings.clear();
                            warnings.addAll(decode(call, patched, validation));
                            return patched;
                        },
                        rules,
                        call.dryRun());
        warnings.addAll(outcome.warnings());
        return Answers.json(
                Answers.OK, call.rendering().object(call.resource(), outcome.object()), warnings);
    }

    private static String form(Call call) {
        String form = Bodies.mediaType(call.request());
        return switch (form) {
            case JSON, MERGE, STRATEGIC -> form;
            case APPLY ->
                    throw StatusException.unsupportedMediaType(
                            List.of(
                                    JSON,
                                    MERGE,
                                    STRATEGIC
                                            + " (server-side apply is not served: use kubectl apply"
                                            + " without --server-side)"));
            default -> throw StatusException.unsupportedMediaType(List.of(JSON, MERGE, STRATEGIC));
        };
    }

    private static JsonNode parse(Call call) {
        try {
            return Json.parse(call.request().body());
        } catch (JacksonException e) {
            throw StatusException.badRequest(
                    "error decoding patch: " + String.valueOf(e.getOriginalMessage()));
        }
    }

    private static ApiType type(Resource resource) {
        return TypeRegistry.get()
                .ofKind(resource.apiVersion(), resource.kind())
                .orElseThrow(() -> new IllegalStateException("no type of " + resource));
    }

    private static ObjectNode apply(String form, ObjectNode current, JsonNode patch, ApiType type) {
        return switch (form) {
            case JSON -> JsonPatch.apply(current, patch);
            case MERGE -> MergePatch.apply(current, patch);
            default -> StrategicMergePatch.apply(current, patch, type);
        };
    }

    private static List<String> decode(Call call, ObjectNode patched, FieldValidation validation) {
        Bodies.checkKind(patched, call.resource());
        Bodies.checkNames(call, patched);
        try {
            return Decoder.decode(patched, type(call.resource()), validation);
        } catch (DecodeException e) {
            String sent = new String(call.request().body(), StandardCharsets.UTF_8);
            throw StatusException.invalid(
                    call.resource(),
                    call.name(),
                    List.of(FieldError.invalid("patch", sent, e.text())));
        }
    }
}
