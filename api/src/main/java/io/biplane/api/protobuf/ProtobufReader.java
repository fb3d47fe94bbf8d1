package io.biplane.api.protobuf;

import io.biplane.api.Json;
import io.biplane.api.type.ApiType;
import io.biplane.api.type.TypeRegistry;

import tools.jackson.databind.node.ObjectNode;

import java.util.Arrays;

/**
 * Reads an object in its envelope: four magic bytes, then a message with the object's kind and, as
 * bytes, the object's own message.
 *
 * @see <a href="https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding">
 *     Kubernetes Protobuf encoding</a>
 */
public final class ProtobufReader {
    /** The media type of this form. */
    public static final String MEDIA_TYPE = "application/vnd.kubernetes.protobuf";

    private static final byte[] MAGIC = {'k', '8', 's', 0};
    private static final int TYPE_META = 1;
    private static final int RAW = 2;
    private static final int API_VERSION = 1;
    private static final int KIND = 2;

    private ProtobufReader() {}

    /**
     * The object, with its {@code apiVersion} and {@code kind}.
     *
     * @throws IllegalArgumentException if the bytes are no such object or its kind is not known
     */
    public static ObjectNode read(byte[] bytes) {
        if (!Arrays.equals(bytes, 0, Math.min(4, bytes.length), MAGIC, 0, MAGIC.length)) {
            throw new IllegalArgumentException(
                    "provided data does not appear to be a protobuf message, expected prefix k8s");
        }
        Wire envelope = new Wire(Arrays.copyOfRange(bytes, MAGIC.length, bytes.length));
        String apiVersion = "";
        String kind = "";
        byte[] raw = {};
        while (envelope.next()) {
            switch (envelope.number()) {
                case TYPE_META -> {
                    Wire meta = envelope.message();
                    while (meta.next()) {
                        switch (meta.number()) {
                            case API_VERSION -> apiVersion = meta.string();
                            case KIND -> kind = meta.string();
                            default -> meta.skip();
                        }
                    }
                }
                case RAW -> raw = envelope.value();
                default -> envelope.skip();
            }
        }
        ObjectNode object = Json.object().put("apiVersion", apiVersion).put("kind", kind);
        MessageReader.read(new Wire(raw), type(apiVersion, kind), object);
        return object;
    }

    private static ApiType type(String apiVersion, String kind) {
        return TypeRegistry.get()
                .ofKind(apiVersion, kind)
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "no kind \"%s\" is registered for version \"%s\""
                                        .formatted(kind, apiVersion)));
    }
}
