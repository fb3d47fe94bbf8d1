package io.biplane.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.kind.Kinds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.stream.Stream;

class StatusExceptionTest {
    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(
                        StatusException.notFound(Kinds.PODS, "p"), 404, "pods \"p\" not found"),
                Arguments.of(
                        StatusException.notFound(Kinds.DEPLOYMENTS, "d"),
                        404,
                        "deployments.apps \"d\" not found"),
                Arguments.of(
                        StatusException.alreadyExists(Kinds.SERVICES, "s"),
                        409,
                        "services \"s\" already exists"),
                Arguments.of(
                        StatusException.modified(Kinds.PODS, "web-0"),
                        409,
                        "Operation cannot be fulfilled on pods \"web-0\": the object has been"
                                + " modified; please apply your changes to the latest version and"
                                + " try again"),
                Arguments.of(
                        StatusException.forbidden(Kinds.PODS, "", "no"),
                        403,
                        "pods is forbidden: no"),
                Arguments.of(
                        StatusException.internal("range is full"),
                        500,
                        "Internal error occurred: range is full"),
                Arguments.of(StatusException.expired("too old"), 410, "too old"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void failuresSpeakAsUpstreamDoes(StatusException e, int code, String message) {
        assertThat(e.code()).isEqualTo(code);
        assertThat(e).hasMessage(message);
        StatusException back = StatusException.of(e.toStatus(), 500);
        assertThat(back.toStatus()).isEqualTo(e.toStatus());
    }

    @Test
    void invalidCollapsesEqualTextsButKeepsEveryCause() {
        FieldError family =
                FieldError.notSupported("spec.ipFamilies[0]", "IPv5", List.of("IPv4", "IPv6"));
        FieldError ips =
                FieldError.invalid(
                        "spec.clusterIPs[0]", Json.parse("[\"10.0.0.9\",\"2000::9\"]"), "no");
        StatusException e =
                StatusException.invalid(Kinds.SERVICES, "my-service", List.of(family, family, ips));
        assertThat(e)
                .hasMessage(
                        "Service \"my-service\" is invalid: [spec.ipFamilies[0]: Unsupported value:"
                                + " \"IPv5\": supported values: \"IPv4\", \"IPv6\", spec.clusterIPs[0]:"
                                + " Invalid value: [\"10.0.0.9\",\"2000::9\"]: no]");
        assertThat(Fields.at(e.toStatus(), "details", "causes")).hasSize(3);
        assertThat(Fields.at(e.toStatus(), "details", "causes").get(0))
                .isEqualTo(
                        Json.object()
                                .put("reason", "FieldValueNotSupported")
                                .put(
                                        "message",
                                        "Unsupported value: \"IPv5\": supported values: \"IPv4\","
                                                + " \"IPv6\"")
                                .put("field", "spec.ipFamilies[0]"));
    }

    @Test
    void fieldErrorsPrintAsUpstreamDoes() {
        assertThat(FieldError.required("spec.ports", "")).hasToString("spec.ports: Required value");
        assertThat(FieldError.forbidden("a", "why")).hasToString("a: Forbidden: why");
        assertThat(FieldError.duplicate("a[1]", "x")).hasToString("a[1]: Duplicate value: \"x\"");
        assertThat(FieldError.invalid("a", Json.parse("7"), "d"))
                .hasToString("a: Invalid value: 7: d");
        assertThat(FieldError.invalid("a", Json.parse("null"), "d"))
                .hasToString("a: Invalid value: null: d");
    }

    @Test
    void eventsTakeTheFormOfEitherGroup() {
        var core =
                Json.parseObject(
                        "{\"apiVersion\":\"v1\",\"kind\":\"Event\",\"involvedObject\":{\"name\":\"p\"},"
                                + "\"message\":\"m\",\"source\":{\"component\":\"c\"},\"count\":2,"
                                + "\"reportingComponent\":\"r\",\"reason\":\"x\"}");
        var events = Kinds.EVENTS_V1.served(core);
        assertThat(Json.text(events))
                .isEqualTo(
                        "{\"apiVersion\":\"events.k8s.io/v1\",\"kind\":\"Event\","
                                + "\"regarding\":{\"name\":\"p\"},\"note\":\"m\","
                                + "\"deprecatedSource\":{\"component\":\"c\"},\"deprecatedCount\":2,"
                                + "\"reportingController\":\"r\",\"reason\":\"x\"}");
        assertThat(Kinds.EVENTS_V1.stored(events)).isEqualTo(core);
    }

    @Test
    void rowsFindEachOther() {
        assertThat(Kinds.BUILT_IN.find("apps", "v1", "deployments")).contains(Kinds.DEPLOYMENTS);
        assertThat(Kinds.BUILT_IN.find("", "v1", "deployments")).isEmpty();
        assertThat(Kinds.PODS.path("default", "p")).isEqualTo("/api/v1/namespaces/default/pods/p");
        assertThat(Kinds.DEPLOYMENTS.path(null, null)).isEqualTo("/apis/apps/v1/deployments");
        assertThat(Kinds.NODES.path(null, "n")).isEqualTo("/api/v1/nodes/n");
    }
}
