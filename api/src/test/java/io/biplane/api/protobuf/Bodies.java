package io.biplane.api.protobuf;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;

import io.kubernetes.client.proto.Runtime;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Makes bodies out of messages. */
final class Bodies {
    private Bodies() {}

    static byte[] body(String apiVersion, String kind, Message object) {
        return body(apiVersion, kind, object.toByteArray());
    }

    static byte[] body(String apiVersion, String kind, byte[] object) {
        return enveloped(
                Runtime.Unknown.newBuilder()
                        .setTypeMeta(
                                Runtime.TypeMeta.newBuilder()
                                        .setApiVersion(apiVersion)
                                        .setKind(kind))
                        .setRaw(ByteString.copyFrom(object))
                        .setContentEncoding("")
                        .setContentType("")
                        .build());
    }

    static byte[] enveloped(Runtime.Unknown envelope) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("k8s\0".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(envelope.toByteArray());
        return out.toByteArray();
    }
}
