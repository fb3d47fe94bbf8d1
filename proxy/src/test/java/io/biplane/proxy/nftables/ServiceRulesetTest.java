package io.biplane.proxy.nftables;

import static io.biplane.proxy.service.Objects.service;
import static io.biplane.proxy.service.Objects.slice;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.nftables.Rule;
import io.biplane.linux.nftables.desired.DesiredTable;
import io.biplane.netip.Prefix;
import io.biplane.proxy.config.ProxyConfig;
import io.biplane.proxy.service.ServiceTable;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

final class ServiceRulesetTest {
    private static final String PORTS = "[{'name':'','port':8080}]";

    private final ServiceTable services = new ServiceTable();
    private final ServiceRuleset ruleset = new ServiceRuleset(ProxyConfig.forRanges(List.of()));

    private List<String> written() {
        return ruleset.change(services.drain()).toString().lines().toList();
    }

    private void web(String spec) {
        services.serviceChanged(null, service("web", spec));
    }

    private void endpoints(String... addresses) {
        services.sliceChanged(
                null,
                slice(
                        "web-1",
                        "web",
                        "IPv6",
                        PORTS,
                        Stream.of(addresses)
                                .map("{'addresses':['%s']}"::formatted)
                                .collect(Collectors.joining(",", "[", "]"))));
    }

    @Test
    void aServiceWithoutEndpointsIsRefused() {
        web(
                "{'clusterIPs':['fd00::9','10.96.0.9'],'clusterIP':'fd00::9',"
                        + "'ports':[{'port':80,'nodePort':30080},{'name':'d','port':53,'protocol':'UDP'}]}");
        assertThat(written())
                .containsExactlyInAnyOrder(
                        "add element ip6 biplane-proxy cluster-ips { fd00::9 }",
                        "add element ip6 biplane-proxy services { fd00::9 . tcp . 80 : goto refuse, fd00::9 . udp . 53 : goto refuse }",
                        "add element ip6 biplane-proxy node-ports { tcp . 30080 : goto refuse }",
                        "add element ip biplane-proxy cluster-ips { 10.96.0.9 }",
                        "add element ip biplane-proxy services { 10.96.0.9 . tcp . 80 : goto refuse, 10.96.0.9 . udp . 53 : goto refuse }",
                        "add element ip biplane-proxy node-ports { tcp . 30080 : goto refuse }");
    }

    @Test
    void oneMoreEndpointIsOneMoreElementAndAnotherVerdict() {
        web("{'clusterIP':'fd00::9','ports':[{'port':80}]}");
        endpoints("fd00:1::1", "fd00:1::2");
        written();
        endpoints("fd00:1::1", "fd00:1::2", "fd00:1::3");
        assertThat(written())
                .containsExactlyInAnyOrder(
                        "add chain ip6 biplane-proxy ep-3",
                        "flush chain ip6 biplane-proxy ep-3",
                        "add rule ip6 biplane-proxy ep-3 dnat ip6 to ip6 daddr . meta l4proto . th dport . numgen random mod 3 map @endpoints",
                        "add rule ip6 biplane-proxy ep-3 goto ep-1",
                        "delete element ip6 biplane-proxy services { fd00::9 . tcp . 80 }",
                        "add element ip6 biplane-proxy services { fd00::9 . tcp . 80 : goto ep-3 }",
                        "add element ip6 biplane-proxy endpoints { fd00::9 . tcp . 80 . 2 : fd00:1::3 . 8080 }",
                        "add element ip6 biplane-proxy hairpins { fd00:1::3 . fd00:1::3 }");
        endpoints("fd00:1::2", "fd00:1::3");
        assertThat(written())
                .containsExactlyInAnyOrder(
                        "delete element ip6 biplane-proxy services { fd00::9 . tcp . 80 }",
                        "add element ip6 biplane-proxy services { fd00::9 . tcp . 80 : goto ep-2 }",
                        "delete element ip6 biplane-proxy endpoints { fd00::9 . tcp . 80 . 0, fd00::9 . tcp . 80 . 2 }",
                        "add element ip6 biplane-proxy endpoints { fd00::9 . tcp . 80 . 0 : fd00:1::3 . 8080 }",
                        "delete element ip6 biplane-proxy hairpins { fd00:1::1 . fd00:1::1 }");
        assertThat(ruleset.prune().toString().lines())
                .containsExactly(
                        "flush chain ip6 biplane-proxy ep-3",
                        "delete chain ip6 biplane-proxy ep-3");
        assertThat(ruleset.prune().isEmpty()).isTrue();
    }

    @Test
    void whatTwoPortsNeedGoesWithTheLast() {
        web("{'clusterIP':'fd00::9','ports':[{'port':80},{'port':81}]}");
        endpoints("fd00:1::1");
        written();
        services.serviceChanged(
                null, service("web", "{'clusterIP':'fd00::9','ports':[{'port':80}]}"));
        assertThat(written())
                .containsExactlyInAnyOrder(
                        "delete element ip6 biplane-proxy services { fd00::9 . tcp . 81 }",
                        "delete element ip6 biplane-proxy endpoints { fd00::9 . tcp . 81 . 0 }");
        services.serviceChanged(service("web", "{}"), null);
        written();
        assertThat(tables(List.of()).stream().flatMap(t -> t.sets().values().stream()))
                .allSatisfy(elements -> assertThat(elements).isEmpty());
    }

    @Test
    void sourcesThatAreNotLocalAreMarkedPerFamily() {
        List<Prefix> local = List.of(Prefix.parse("10.244.0.0/16"), Prefix.parse("10.244.3.0/24"));
        assertThat(rules(tables(local).getFirst(), "cluster-ips"))
                .containsExactly(
                        "ip saddr != @local-sources meta mark set meta mark | 0x00004000",
                        "ip daddr . meta l4proto . th dport vmap @services",
                        "goto refuse");
        assertThat(rules(tables(local).getLast(), "cluster-ips"))
                .containsExactly(
                        "ip6 daddr . meta l4proto . th dport vmap @services", "goto refuse");
    }

    private List<DesiredTable> tables(List<Prefix> local) {
        return ruleset.tables(local);
    }

    private static List<String> rules(DesiredTable table, String chain) {
        return table.rules().stream()
                .filter(rule -> rule.chain().name().equals(chain))
                .map(Rule::toString)
                .toList();
    }
}
