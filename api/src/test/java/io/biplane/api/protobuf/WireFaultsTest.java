package io.biplane.api.protobuf;

import static io.biplane.api.protobuf.Bodies.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;

import io.biplane.api.Json;
import io.biplane.api.type.DecodeException;
import io.kubernetes.client.proto.Runtime;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.HexFormat;

/** Bytes written by hand: what encoders do not write, and what nobody may. */
class WireFaultsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    # metadata (1) in two parts; the later name counts
                    0a030a0161 0a060a0162220161        | {"metadata":{"name":"b","selfLink":"a"}}
                    # field 1000 as varint, fixed64, bytes, fixed32 and a group within a group
                    c03e01 c13e0102030405060708 c23e0161 c53e01020304 | {}
                    c33e cb3e 0801 cc3e c43e           | {}
                    # spec.securityContext.supplementalGroups packed: 1, 300
                    1207 7205 2203 01ac02              | {"spec":{"securityContext":{"supplementalGroups":[1,300]}}}
                    # a label without key, one without value
                    0a0e 5a03120162 5a030a0161 5a02 0a00 | {"metadata":{"labels":{"":"","a":""}}}
                    # managedFields with fieldsV1 empty, blank and null
                    0a07 8a0104 3a020a00               | {"metadata":{"managedFields":[{}]}}
                    0a08 8a0105 3a030a0120             | {"metadata":{"managedFields":[{}]}}
                    0a0b 8a0108 3a060a046e756c6c       | {"metadata":{"managedFields":[{}]}}
                    # hostNetwork true, then false
                    1204 5801 5800                     | {"spec":{}}
                    """)
    void unusualFormsAreRead(String hex, String json) {
        assertThat(ProtobufReader.read(pod(hex)).without("apiVersion").without("kind"))
                .isEqualTo(Json.parse(json));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    0a7f                   | field metadata: a length of 127 bytes, but 0 are left
                    0affffffffffffffffff01 | field metadata: a length of 18446744073709551615 bytes, but 0 are left
                    0affffffff07           | field metadata: a length of 2147483647 bytes, but 0 are left
                    0a04 0a024142ff        | field (the object): a varint is cut off
                    0a03 0a05 61           | field metadata.name: a length of 5 bytes, but 1 are left
                    0a03 0a01 ff           | field metadata.name: a string is not UTF-8
                    0a02 0801              | field metadata.name: field number 1 has wire type 0 instead of 2
                    0a0b 38ffffffffffffffffffff | field metadata.generation: a varint is longer than ten bytes
                    00                     | field (the object): there is no field number 0
                    c43e                   | field (the object): a group ends that never began
                    c33e                   | field (the object): a varint is cut off
                    c63e                   | field (the object): there is no wire type 6
                    c13e0102               | field (the object): 8 bytes are needed, but 2 are left
                    0a09 4207 08ffffffffff7f | field metadata.creationTimestamp: a time of 4398046511103 seconds and 0 nanoseconds is not in the years 1 to 9999
                    0a04 4202 1080         | field metadata.creationTimestamp: a varint is cut off
                    0a07 8a0104 3a02 0a01  | field metadata.managedFields[0].fieldsV1: a length of 1 bytes, but 0 are left
                    0a08 8a0105 3a03 0a017b | field metadata.managedFields[0].fieldsV1: it holds no JSON
                    """)
    void faultsNameTheFieldAndWhatIsWrong(String hex, String message) {
        assertThatThrownBy(() -> ProtobufReader.read(pod(hex)))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining(message);
    }

    @Test
    void faultsNameTheOffsetInTheBody() {
        byte[] body = pod("0a02 0801");
        int offset = body.length - 5;
        assertThat(body[offset]).isEqualTo((byte) 1);
        assertThatThrownBy(() -> ProtobufReader.read(body))
                .hasMessage(
                        "protobuf: offset %d, field metadata.name: field number 1 has wire type 0"
                                + " instead of 2",
                        offset);
    }

    @Test
    void envelopesMustBeWhole() {
        assertRefused(new byte[0], "does not begin with k8s");
        assertRefused(new byte[] {'k', '8'}, "does not begin with k8s");
        assertRefused(new byte[] {'k', '8', 's', 1, 0, 0}, "does not begin with k8s");
        assertRefused(new byte[] {'k', '8', 's', 0}, "no kind \"\" is registered");
        assertRefused(body("v1", "Frob", new byte[0]), "no kind \"Frob\"");
        assertRefused(body("v2", "Pod", new byte[0]), "for version \"v2\"");
        assertRefused(
                Bodies.enveloped(Runtime.Unknown.newBuilder().setContentEncoding("gzip").build()),
                "content encoding \"gzip\" is not known");
        assertRefused(
                Bodies.enveloped(
                        Runtime.Unknown.newBuilder()
                                .setRaw(ByteString.EMPTY)
                                .setContentType("application/json")
                                .build()),
                "content type \"application/json\" is not known");
    }

    @Test
    void aSmallBodyCannotBecomeAHugeTree() {
        // Empty containers: two bytes each.
        byte[] containers = new byte[1_200_000];
        for (int i = 0; i < containers.length; i += 2) {
            containers[i] = 0x12;
        }
        byte[] spec = Arrays.copyOf(HexFormat.of().parseHex("12809f49"), 4 + containers.length);
        System.arraycopy(containers, 0, spec, 4, containers.length);
        assertRefused(body("v1", "Pod", spec), "the object holds more than 500000 values");
    }

    private static void assertRefused(byte[] body, String message) {
        assertThatThrownBy(() -> ProtobufReader.read(body))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining(message);
    }

    private static byte[] pod(String hex) {
        return body("v1", "Pod", HexFormat.of().parseHex(hex.replace(" ", "")));
    }
}
