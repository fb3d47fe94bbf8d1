package io.biplane.apiserver.call;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.protobuf.ProtobufReader;
import io.biplane.api.type.DecodeException;
import io.biplane.api.type.Decoder;
import io.biplane.api.type.FieldValidation;
import io.biplane.api.yaml.Yaml;
import io.biplane.apiserver.exchange.Request;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads the objects that clients send. */
public final class Bodies {
    private static final List<String> ACCEPTED =
            List.of("application/json", "application/yaml", ProtobufReader.MEDIA_TYPE);
    private static final Set<String> YAML =
            Set.of("application/yaml", "application/x-yaml", "text/yaml");

    private Bodies() {}

    /** An object as decoded, and what there is to say about it. */
    public record Decoded(ObjectNode object, List<String> warnings) {}

    /** The media type of the body in lower case, without parameters. */
    public static String mediaType(Request request) {
        String type = request.header("content-type");
        int semicolon = type.indexOf(';');
        return (semicolon < 0 ? type : type.substring(0, semicolon))
                .strip()
                .toLowerCase(Locale.ROOT);
    }

    /**
     * The body as a tree: JSON, YAML or protobuf. A body without a type is JSON, as upstream takes
     * it.
     *
     * @throws StatusException 415 for other types, 400 for what does not parse
     */
    public static ObjectNode parse(Request request) {
        String type = mediaType(request);
        try {
            JsonNode node;
            if (type.isEmpty() || type.equals("application/json")) {
                node = Json.parse(request.body());
            } else if (YAML.contains(type)) {
                node = Yaml.read(new String(request.body(), StandardCharsets.UTF_8));
            } else if (type.equals(ProtobufReader.MEDIA_TYPE)) {
                node = ProtobufReader.read(request.body());
            } else {
                throw StatusException.unsupportedMediaType(ACCEPTED);
            }
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw StatusException.badRequest(
                    "the body of the request holds no object but " + node.getNodeType());
        } catch (JacksonException | IllegalArgumentException | DecodeException e) {
            throw StatusException.badRequest(
                    "the object provided is unrecognized: " + e.getMessage());
        }
    }

    /** The object of a create or update: of the right kind, pruned to the fields of its type. */
    public static Decoded decode(Call call, Resource expected) {
        ObjectNode object = parse(call.request());
        checkKind(object, expected);
        FieldValidation validation = FieldValidation.parse(call.query().text("fieldValidation"));
        List<String> warnings =
                Decoder.decode(object, expected.apiVersion(), expected.kind(), validation);
        checkNames(call, object);
        return new Decoded(object, warnings);
    }

    /** What the path says may be left out of the object, but not contradicted. */
    public static void checkKind(ObjectNode object, Resource expected) {
        String apiVersion = Fields.string(object, "apiVersion");
        String kind = Fields.string(object, "kind");
        if (apiVersion.isEmpty() && kind.isEmpty()) {
            object.put("apiVersion", expected.apiVersion()).put("kind", expected.kind());
            return;
        }
        if (!kind.equals(expected.kind())) {
            throw StatusException.badRequest(
                    "%s in version \"%s\" cannot be handled as a %s: no kind \"%s\" is registered for version \"%s\" under this path"
                            .formatted(kind, apiVersion, expected.kind(), kind, apiVersion));
        }
        if (!apiVersion.equals(expected.apiVersion())) {
            throw StatusException.badRequest(
                    "the API version in the data (%s) does not match the expected API version (%s)"
                            .formatted(apiVersion, expected.apiVersion()));
        }
    }

    public static void checkNames(Call call, ObjectNode object) {
        String name = Fields.string(object, "metadata", "name");
        if (!call.name().isEmpty() && name.isEmpty()) {
            Json.child(object, "metadata").put("name", call.name());
        } else if (!call.name().isEmpty() && !name.equals(call.name())) {
            throw StatusException.badRequest(
                    "the name of the object (%s) does not match the name on the URL (%s)"
                            .formatted(name, call.name()));
        }
        ObjectNode metadata = Json.child(object, "metadata");
        String namespace = Fields.string(metadata, "namespace");
        if (call.namespace() == null) {
            metadata.remove("namespace");
        } else if (namespace.isEmpty()) {
            metadata.put("namespace", call.namespace());
        } else if (!namespace.equals(call.namespace())) {
            throw StatusException.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
    }
}
