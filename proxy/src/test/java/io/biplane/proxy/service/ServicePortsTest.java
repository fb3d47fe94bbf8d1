package io.biplane.proxy.service;

import static io.biplane.proxy.service.Objects.service;
import static io.biplane.proxy.service.Objects.slice;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.view.EndpointSliceView;
import io.biplane.netip.Addr;
import io.biplane.netip.TransportProtocol;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

final class ServicePortsTest {
    private static final String DUAL =
            "'clusterIP':'10.96.0.9','clusterIPs':['10.96.0.9','fd00:10:96::9']";
    private static final String HTTP = "[{'name':'','port':8080,'protocol':'TCP'}]";

    private static EndpointSliceView v4(String name, String ports, String endpoints) {
        return slice(name, "s", "IPv4", ports, endpoints);
    }

    private static EndpointSliceView v6(String name, String ports, String endpoints) {
        return slice(name, "s", "IPv6", ports, endpoints);
    }

    private static String at(String address, String conditions) {
        return "{'addresses':['%s'],'conditions':{%s}}".formatted(address, conditions);
    }

    static Stream<Arguments> cases() {
        String ready = "'ready':true,'serving':true,'terminating':false";
        String draining = "'ready':false,'serving':true,'terminating':true";
        String gone = "'ready':false,'serving':false,'terminating':true";
        return Stream.of(
                Arguments.of(
                        "both families, each with its own slices",
                        "{%s,'ports':[{'port':80}]}".formatted(DUAL),
                        List.of(
                                v4("a", HTTP, "[" + at("10.244.0.5", ready) + "]"),
                                v6("b", HTTP, "[" + at("fd00:10:244::5", ready) + "]")),
                        "10.96.0.9 TCP 80 -> 10.244.0.5 8080\n"
                                + "fd00:10:96::9 TCP 80 -> fd00:10:244::5 8080"),
                Arguments.of(
                        "a family without cluster address has no node port either",
                        "{'clusterIP':'10.96.0.9','type':'NodePort',"
                                + "'ports':[{'port':80,'nodePort':30080}]}",
                        List.of(
                                v4("a", HTTP, "[" + at("10.244.0.5", ready) + "]"),
                                v6("b", HTTP, "[" + at("fd00:10:244::5", ready) + "]")),
                        "10.96.0.9 TCP 80, :30080 -> 10.244.0.5 8080"),
                Arguments.of(
                        "ports by name and protocol, SCTP left out",
                        "{'clusterIP':'fd00:10:96::9','ports':[{'name':'d','port':53,"
                                + "'protocol':'UDP'},{'name':'t','port':53},{'name':'s','port':53,'protocol':'SCTP'}]}",
                        List.of(
                                v6(
                                        "a",
                                        "[{'name':'d','port':1053,'protocol':'UDP'},{'name':'t','port':2053}]",
                                        "[" + at("fd00::1", ready) + "]"),
                                v6(
                                        "b",
                                        "[{'name':'t','port':3053},{'name':'d','port':4053}]",
                                        "[" + at("fd00::2", ready) + "]")),
                        "fd00:10:96::9 UDP 53 -> fd00::1 1053\n"
                                + "fd00:10:96::9 TCP 53 -> fd00::1 2053, fd00::2 3053"),
                Arguments.of(
                        "absent conditions mean ready; not ready is left out",
                        "{'clusterIP':'10.96.0.9','ports':[{'port':80}]}",
                        List.of(
                                v4(
                                        "a",
                                        HTTP,
                                        "[%s,%s,%s]"
                                                .formatted(
                                                        at("10.0.0.1", ""),
                                                        at("10.0.0.2", "'ready':false"),
                                                        at("10.0.0.3", draining)))),
                        "10.96.0.9 TCP 80 -> 10.0.0.1 8080"),
                Arguments.of(
                        "none ready: those that serve while they terminate",
                        "{'clusterIP':'10.96.0.9','ports':[{'port':80}]}",
                        List.of(
                                v4(
                                        "a",
                                        HTTP,
                                        "[%s,%s]"
                                                .formatted(
                                                        at("10.0.0.3", draining),
                                                        at("10.0.0.4", gone)))),
                        "10.96.0.9 TCP 80 -> 10.0.0.3 8080"),
                Arguments.of(
                        "an endpoint in two slices counts once, and is ready if either says so",
                        "{'clusterIP':'10.96.0.9','ports':[{'port':80}]}",
                        List.of(
                                v4("a", HTTP, "[" + at("10.0.0.1", "'ready':false") + "]"),
                                v4("b", HTTP, "[" + at("10.0.0.1", ready) + "]"),
                                v4("c", HTTP, "[" + at("10.0.0.1", ready) + "]")),
                        "10.96.0.9 TCP 80 -> 10.0.0.1 8080"),
                Arguments.of(
                        "no endpoints",
                        "{%s,'ports':[{'port':80}]}".formatted(DUAL),
                        List.of(v4("a", "[]", "[]")),
                        "10.96.0.9 TCP 80 -> \nfd00:10:96::9 TCP 80 -> "),
                Arguments.of(
                        "an address of the wrong family, and one of no family",
                        "{'clusterIP':'10.96.0.9','ports':[{'port':80}]}",
                        List.of(
                                v4("a", HTTP, "[" + at("fd00::1", ready) + "]"),
                                slice("b", "s", "FQDN", HTTP, "[" + at("a.example", ready) + "]")),
                        "10.96.0.9 TCP 80 -> "),
                Arguments.of(
                        "headless",
                        "{'clusterIP':'None','clusterIPs':['None'],'ports':[{'port':80}]}",
                        List.of(v4("a", HTTP, "[" + at("10.0.0.1", ready) + "]")),
                        ""),
                Arguments.of(
                        "ExternalName",
                        "{'type':'ExternalName','externalName':'a.example','ports':[{'port':80}]}",
                        List.of(),
                        ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void aServiceForwardsWhatItsSlicesSay(
            String claim, String spec, List<EndpointSliceView> slices, String expected) {
        assertThat(print(ServicePorts.of(service("s", spec), slices, List.of())))
                .as(claim)
                .isEqualTo(expected);
    }

    static String print(List<ServicePort> ports) {
        return ports.stream().map(ServicePortsTest::print).collect(Collectors.joining("\n"));
    }

    private static String print(ServicePort port) {
        String from =
                port.frontends().stream()
                        .map(frontend ->
                                switch (frontend) {
                                    case Frontend.ClusterIp(Addr ip, TransportProtocol p, int n) ->
                                            "%s %s %d".formatted(ip, p, n);
                                    case Frontend.NodePort(_, _, int n) -> ":" + n;
                                })
                        .collect(Collectors.joining(", "));
        String to =
                port.endpoints().stream()
                        .map(e -> e.address() + " " + e.port())
                        .collect(Collectors.joining(", "));
        return from + " -> " + to;
    }
}
