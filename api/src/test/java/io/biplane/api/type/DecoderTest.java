package io.biplane.api.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Reason;
import io.biplane.api.StatusException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;

class DecoderTest {
    private static final String UNKNOWN =
            """
            {"kind":"Service","apiVersion":"v1","bar":1,
             "metadata":{"name":"s","creationTimestamp":null},
             "spec":{"foo":1,"clusterIP":null,"ports":[{"port":80,"baz":{}}],"selector":{"a":"b"}}}
            """;

    @Test
    void unknownFieldsAndNullsAreDroppedAndWarnedOf() {
        ObjectNode object = Json.parseObject(UNKNOWN);
        assertThat(Decoder.decode(object, "v1", "Service", FieldValidation.WARN))
                .containsExactly(
                        "unknown field \"bar\"",
                        "unknown field \"spec.foo\"",
                        "unknown field \"spec.ports[0].baz\"");
        assertThat(object)
                .isEqualTo(
                        Json.parse(
                                """
                                {"kind":"Service","apiVersion":"v1","metadata":{"name":"s"},
                                 "spec":{"ports":[{"port":80,"targetPort":0}],
                                   "selector":{"a":"b"}},
                                 "status":{"loadBalancer":{}}}
                                """));
    }

    @Test
    void ignoreSaysNothing() {
        assertThat(
                        Decoder.decode(
                                Json.parseObject(UNKNOWN), "v1", "Service", FieldValidation.IGNORE))
                .isEmpty();
    }

    @Test
    void strictRefusesWithEveryUnknownField() {
        StatusException e =
                catchThrowableOfType(
                        StatusException.class,
                        () ->
                                Decoder.decode(
                                        Json.parseObject(UNKNOWN),
                                        "v1",
                                        "Service",
                                        FieldValidation.STRICT));
        assertThat(e.reason()).isEqualTo(Reason.BAD_REQUEST);
        assertThat(e)
                .hasMessage(
                        "Service in version \"v1\" cannot be handled as a Service: strict decoding"
                                + " error: unknown field \"bar\", unknown field \"spec.foo\","
                                + " unknown field \"spec.ports[0].baz\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    {"spec":{"ports":"x"}}                | json: cannot unmarshal string into Go struct field ServiceSpec.spec.ports of type []v1.ServicePort
                    {"spec":{"ports":[{"port":"80"}]}}    | json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32
                    {"spec":{"ports":[{"port":1.5}]}}     | json: cannot unmarshal number 1.5 into Go struct field ServicePort.spec.ports.port of type int32
                    {"spec":{"ports":[{"port":3000000000}]}} | json: cannot unmarshal number 3000000000 into Go struct field ServicePort.spec.ports.port of type int32
                    {"spec":{"selector":{"a":1}}}         | json: cannot unmarshal number into Go struct field ServiceSpec.spec.selector of type string
                    {"spec":{"selector":[]}}              | json: cannot unmarshal array into Go struct field ServiceSpec.spec.selector of type map[string]string
                    {"spec":[]}                           | json: cannot unmarshal array into Go struct field Service.spec of type v1.ServiceSpec
                    {"spec":{"publishNotReadyAddresses":"true"}} | json: cannot unmarshal string into Go struct field ServiceSpec.spec.publishNotReadyAddresses of type bool
                    {"spec":{"ports":[{"targetPort":true}]}} | json: cannot unmarshal bool into Go struct field ServicePort.spec.ports.targetPort of type intstr.IntOrString
                    {"metadata":{"creationTimestamp":"yesterday"}} | parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"
                    """)
    void wrongJsonTypesAreNamedAsUpstreamNamesThem(String json, String fault) {
        StatusException e =
                catchThrowableOfType(
                        StatusException.class,
                        () ->
                                Decoder.decode(
                                        Json.parseObject(json),
                                        "v1",
                                        "Service",
                                        FieldValidation.IGNORE));
        assertThat(e)
                .hasMessage("Service in version \"v1\" cannot be handled as a Service: " + fault);
    }

    @ParameterizedTest
    @CsvSource({
        "100m,true",
        "1Gi,true",
        ".5,true",
        "1e3,true",
        "1E,true",
        "abc,false",
        "1Zi,false"
    })
    void quantitiesAreChecked(String quantity, boolean good) {
        ObjectNode node = Json.object();
        node.putObject("status").putObject("capacity").put("cpu", quantity);
        StatusException e =
                catchThrowableOfType(
                        StatusException.class,
                        () -> Decoder.decode(node, "v1", "Node", FieldValidation.IGNORE));
        assertThat(e == null).isEqualTo(good);
    }

    @Test
    void numbersBecomeQuantitiesAndBytesAreChecked() {
        ObjectNode node = Json.parseObject("{\"status\":{\"capacity\":{\"cpu\":4,\"pods\":null}}}");
        Decoder.decode(node, "v1", "Node", FieldValidation.IGNORE);
        assertThat(Json.text(Fields.at(node, "status", "capacity")))
                .isEqualTo("{\"cpu\":\"4\",\"pods\":\"0\"}");
        StatusException e =
                catchThrowableOfType(
                        StatusException.class,
                        () ->
                                Decoder.decode(
                                        Json.parseObject("{\"data\":{\"k\":\"YWJj*\"}}"),
                                        "v1",
                                        "Secret",
                                        FieldValidation.IGNORE));
        assertThat(e).hasMessageEndingWith("illegal base64 data at input byte 4");
    }

    @Test
    void anUnknownKindIsRefused() {
        assertThat(
                        catchThrowableOfType(
                                StatusException.class,
                                () ->
                                        Decoder.decode(
                                                Json.object(), "v1", "Frob", FieldValidation.WARN)))
                .hasMessage("no kind \"Frob\" is registered for version \"v1\"");
        assertThat(List.of("", "Warn"))
                .allMatch(v -> FieldValidation.parse(v).name().equals("WARN"));
    }
}
