package io.biplane.api.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.api.Json;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.node.ObjectNode;

/** The alpha field on create, with its gate off, and on read. */
class IpFamilyFieldTest {
    private static ObjectNode service(String spec) {
        ObjectNode service = Json.object();
        service.putObject("metadata").put("name", "my-service").put("namespace", "default");
        service.set("spec", Json.parseObject(spec));
        Json.child(service, "spec")
                .putArray("ports")
                .addObject()
                .put("port", 80)
                .put("targetPort", 9376);
        return service;
    }

    private static String families(ObjectNode service) {
        ServiceSpec spec = ServiceSpec.of(service);
        return "%s %s %s"
                .formatted(spec.ipFamily(), spec.policy(), String.join(",", spec.families()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'selector':{'a':'b'}} | IPv4 SingleStack IPv4",
                "{'selector':{'a':'b'},'ipFamily':'IPv4'} | IPv4 SingleStack IPv4",
                "{'selector':{'a':'b'},'ipFamily':'IPv6'} | IPv6 SingleStack IPv6",
                "{'selector':{'a':'b'},'ipFamily':'IPv6','ipFamilyPolicy':'RequireDualStack'} | IPv6 RequireDualStack IPv6,IPv4",
                "{'selector':{'a':'b'},'ipFamily':'IPv6','ipFamilies':['IPv6']} | IPv6 SingleStack IPv6",
                "{'ipFamily':'IPv6','clusterIP':'None'} | IPv6 SingleStack IPv6",
                "{'ipFamily':'IPv6','clusterIP':'fd00:10:96::7'} | IPv6 SingleStack IPv6",
            })
    void onCreateItNamesThePrimaryFamily(String spec, String expected) {
        assertThat(families(Pipeline.V4_V6.create(service(spec.replace('\'', '"')))))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'ipFamily':'IPv5'} | \"IPv5\": only the following families are allowed: IPv4, IPv6",
                "{'ipFamily':'IPv6','clusterIP':'10.96.0.9'} | \"IPv6\": does not match IPv4 cluster IP",
                "{'ipFamily':'IPv4','clusterIP':'fd00::9'} | \"IPv4\": does not match IPv6 cluster IP",
                "{'ipFamily':'IPv6','ipFamilies':['IPv4']} | \"IPv6\": must be the first of `ipFamilies`, which is IPv4",
            })
    void contradictionsAreRefusedByField(String spec, String fault) {
        assertThatThrownBy(() -> Pipeline.V4_V6.create(service(spec.replace('\'', '"'))))
                .hasMessage(
                        "Service \"my-service\" is invalid: spec.ipFamily: Invalid value: "
                                + fault);
    }

    @Test
    void aSingleStackClusterAllowsItsOwnFamilyOnly() {
        assertThatThrownBy(() -> Pipeline.V6.create(service("{\"ipFamily\":\"IPv4\"}")))
                .hasMessageEndingWith("only the following families are allowed: IPv6");
    }

    @Test
    void externalNameTakesItAndDropsIt() {
        ObjectNode sent =
                service(
                        "{\"type\":\"ExternalName\",\"externalName\":\"a.example\",\"ipFamily\":\"IPv6\"}");
        assertThat(ServiceSpec.of(Pipeline.V4_V6.create(sent)).json().propertyNames())
                .doesNotContain("ipFamily", "ipFamilies");
    }

    @Test
    void withTheGateOffNoFieldSpeaksOfFamilies() {
        ObjectNode sent =
                service(
                        "{\"ipFamily\":\"IPv6\",\"ipFamilies\":[\"IPv6\"],\"ipFamilyPolicy\":\"SingleStack\",\"clusterIP\":\"10.96.0.9\"}");
        ObjectNode created = Pipeline.GATE_OFF.create(sent);
        assertThat(families(created)).isEqualTo("  ");
        assertThat(ServiceSpec.of(created).clusterIps()).containsExactly("10.96.0.9");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'clusterIP':'10.96.0.9'} | IPv4 SingleStack IPv4",
                "{'clusterIP':'fd00::9','ipFamily':'IPv6'} | IPv6 SingleStack IPv6",
                "{'clusterIP':'10.96.0.9','clusterIPs':['10.96.0.9','fd00::9']} | IPv4 RequireDualStack IPv4,IPv6",
                "{'clusterIP':'None','selector':{'a':'b'}} | IPv4 SingleStack IPv4",
                "{'clusterIP':'None'} | IPv4 RequireDualStack IPv4,IPv6",
                "{'type':'ExternalName'} | '  '",
            })
    void objectsStoredWithoutFamiliesGetThemOnRead(String spec, String expected) {
        ObjectNode stored = service(spec.replace('\'', '"'));
        if (!Json.child(stored, "spec").has("type")) {
            Json.child(stored, "spec").put("type", "ClusterIP");
        }
        Pipeline.V4_V6.strategy().decode(stored);
        assertThat(families(stored)).isEqualTo(expected);
    }
}
