package io.biplane.api.protobuf;

import io.biplane.api.Json;
import io.biplane.api.protobuf.WireReader.Tag;
import io.biplane.api.type.ApiType;
import io.biplane.api.type.DecodeException;
import io.biplane.api.type.TypeRegistry;

import tools.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads API objects from their protobuf form: four bytes, then an envelope that names the kind and
 * holds the object's own message.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding">Kubernetes
 *     API concepts, protobuf encoding</a>
 */
public final class ProtobufReader {
    /** The media type of the form. */
    public static final String MEDIA_TYPE = "application/vnd.kubernetes.protobuf";

    private static final byte[] MAGIC = "k8s\0".getBytes(StandardCharsets.US_ASCII);

    private ProtobufReader() {}

    /**
     * The object, as upstream writes it in JSON, save for the nulls, empty strings, zeros and
     * falses that mean nothing.
     *
     * @throws DecodeException if the bytes are no object of a kind in the type registry; the
     *     message names the offset in bytes and the field
     */
    public static ObjectNode read(byte[] body) {
        MessageDecoder decoder = new MessageDecoder();
        try {
            Envelope envelope = Envelope.read(body);
            ApiType type =
                    TypeRegistry.get()
                            .ofKind(envelope.apiVersion, envelope.kind)
                            .orElseThrow(() ->
                                    new DecodeException(
                                            "no kind \"%s\" is registered for version \"%s\""
                                                    .formatted(
                                                            envelope.kind, envelope.apiVersion)));
            ObjectNode object =
                    Json.object().put("apiVersion", envelope.apiVersion).put("kind", envelope.kind);
            decoder.message(envelope.object, FieldTable.of(type), object);
            return object;
        } catch (MalformedException e) {
            throw new DecodeException(
                    "protobuf: offset %d, field %s: %s"
                            .formatted(e.offset(), decoder.path(), e.getMessage()));
        }
    }

    /** {@code runtime.Unknown}. */
    private static final class Envelope {
        private String apiVersion = "";
        private String kind = "";
        private WireReader object = new WireReader(MAGIC, 0, 0);

        static Envelope read(byte[] body) {
            if (!Arrays.equals(
                    body, 0, Math.min(MAGIC.length, body.length), MAGIC, 0, MAGIC.length)) {
                throw new MalformedException(0, "the body does not begin with k8s and a zero byte");
            }
            WireReader in = new WireReader(body, MAGIC.length, body.length);
            Envelope envelope = new Envelope();
            while (in.more()) {
                Tag tag = in.tag();
                switch (tag.number()) {
                    case 1 -> envelope.readType(nested(in, tag));
                    case 2 -> envelope.object = nested(in, tag);
                    case 3 -> requireOneOf(in, tag, "content encoding", "");
                    case 4 -> requireOneOf(in, tag, "content type", MEDIA_TYPE);
                    default -> in.skip(tag);
                }
            }
            return envelope;
        }

        private void readType(WireReader in) {
            while (in.more()) {
                Tag tag = in.tag();
                switch (tag.number()) {
                    case 1 -> apiVersion = ScalarForms.text(in, tag);
                    case 2 -> kind = ScalarForms.text(in, tag);
                    default -> in.skip(tag);
                }
            }
        }

        private static WireReader nested(WireReader in, Tag tag) {
            ScalarForms.expect(in, tag, WireReader.BYTES);
            return in.nested();
        }

        private static void requireOneOf(WireReader in, Tag tag, String what, String known) {
            int start = in.offset();
            String value = ScalarForms.text(in, tag);
            if (!value.isEmpty() && !value.equals(known)) {
                throw new MalformedException(
                        start, "the envelope's %s \"%s\" is not known".formatted(what, value));
            }
        }
    }
}
