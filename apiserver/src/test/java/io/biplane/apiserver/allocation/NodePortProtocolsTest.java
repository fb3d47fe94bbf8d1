package io.biplane.apiserver.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.service.ServiceCluster;
import io.biplane.api.service.ServiceStrategy;
import io.biplane.netip.IpFamily;
import io.biplane.netip.allocation.PortRange;
import io.biplane.store.memory.MemoryStore;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** One number may be TCP of one Service and UDP of another. */
class NodePortProtocolsTest {
    private final MemoryStore store = new MemoryStore();
    private final Allocations allocations;
    private final Writer services;

    NodePortProtocolsTest() {
        // Two numbers in all: what is taken for whom is easy to see.
        Ranges.put(store, "kubernetes", "10.96.0.0/16");
        allocations =
                new Allocations(
                        store,
                        IpFamily.IPV4,
                        NodePortRange.of(PortRange.parse("30000-30001")),
                        RandomGenerator.getDefault());
        services =
                new Writer(
                        store,
                        Kinds.SERVICES,
                        new ServiceStrategy(
                                Kinds.SERVICES, new ServiceCluster(List.of(IpFamily.IPV4), true)),
                        allocations.byResource().getOrDefault(Kinds.SERVICES, Allocation.NONE));
    }

    @AfterEach
    void close() {
        allocations.close();
        store.close();
    }

    /**
     * @param ports {@code <protocol>/<port>} or {@code <protocol>/<port>/<nodePort>}
     */
    private static ObjectNode service(String name, String... ports) {
        ObjectNode service = Json.object();
        service.putObject("metadata").put("name", name).put("namespace", "default");
        ObjectNode spec = service.putObject("spec").put("type", "NodePort");
        ArrayNode list = spec.putArray("ports");
        for (String text : ports) {
            List<String> parts = List.of(text.split("/", -1));
            ObjectNode port = list.addObject().put("name", "p" + list.size());
            port.put("protocol", parts.getFirst()).put("port", Integer.parseInt(parts.get(1)));
            if (parts.size() > 2) {
                port.put("nodePort", Integer.parseInt(parts.get(2)));
            }
        }
        return service;
    }

    private static List<Integer> nodePorts(ObjectNode service) {
        List<Integer> ports = new ArrayList<>();
        for (JsonNode port : Fields.at(service, "spec", "ports")) {
            ports.add(port.path("nodePort").intValue());
        }
        return ports;
    }

    private List<String> claims() {
        return services.claims().stream().filter(c -> c.startsWith("nodeports/")).toList();
    }

    @Test
    void twoServicesShareANumberForDifferentProtocols() {
        services.create(service("tcp", "TCP/80/30000"));
        services.create(service("udp", "UDP/80/30000"));
        services.create(service("sctp", "SCTP/80/30000"));
        assertThat(claims())
                .containsExactly(
                        "nodeports/SCTP/30000", "nodeports/TCP/30000", "nodeports/UDP/30000");
        assertThatThrownBy(() -> services.create(service("again", "UDP/80/30000")))
                .hasMessage(
                        "Service \"again\" is invalid: spec.ports[0].nodePort: Invalid value: 30000: provided port is already allocated");
        services.delete("udp");
        services.create(service("again", "UDP/80/30000"));
    }

    @Test
    void aChosenNumberIsFreeForAllProtocolsIfOneIsLeft() {
        services.create(service("tcp", "TCP/80/30000"));
        assertThat(nodePorts(services.create(service("udp", "UDP/80")))).containsExactly(30001);
        assertThat(nodePorts(services.create(service("more", "UDP/80")))).containsExactly(30000);
        assertThatThrownBy(() -> services.create(service("most", "UDP/80")))
                .hasMessage(
                        "Internal error occurred: failed to allocate a nodePort: range is full");
        assertThat(nodePorts(services.create(service("last", "TCP/80")))).containsExactly(30001);
    }

    @Test
    void portsOfOneNumberGetANumberThatIsFreeForAllOfThem() {
        services.create(service("tcp", "TCP/80/30000"));
        assertThat(nodePorts(services.create(service("dns", "TCP/53", "UDP/53"))))
                .containsExactly(30001, 30001);
        assertThat(claims())
                .containsExactly(
                        "nodeports/TCP/30000", "nodeports/TCP/30001", "nodeports/UDP/30001");
        assertThatThrownBy(() -> services.create(service("dns2", "UDP/53", "TCP/53")))
                .as("UDP 30000 is free, but TCP is full")
                .hasMessageEndingWith("failed to allocate a nodePort: range is full");
    }

    @Test
    void aSiblingsNumberThatAnotherServiceHasIsRefusedByField() {
        services.create(service("udp", "UDP/80/30000"));
        assertThatThrownBy(() -> services.create(service("dns", "TCP/53/30000", "UDP/53")))
                .hasMessage(
                        "Service \"dns\" is invalid: spec.ports[1].nodePort: Invalid value: 30000: provided port is already allocated");
        assertThat(claims()).containsExactly("nodeports/UDP/30000");
    }

    @Test
    void oneServiceHasEachNumberOncePerProtocol() {
        assertThatThrownBy(() -> services.create(service("a", "TCP/80/30000", "TCP/81/30000")))
                .hasMessage(
                        "Service \"a\" is invalid: spec.ports[1].nodePort: Duplicate value: 30000");
        services.create(service("a", "TCP/80/30000", "UDP/81/30000"));
        assertThat(claims()).containsExactly("nodeports/TCP/30000", "nodeports/UDP/30000");
    }

    @Test
    void aChangedProtocolMovesTheClaim() {
        services.create(service("a", "TCP/80/30000"));
        ObjectNode changed = services.read("a");
        ((ObjectNode) Fields.at(changed, "spec", "ports").get(0)).put("protocol", "UDP");
        services.update(changed);
        assertThat(claims()).containsExactly("nodeports/UDP/30000");
        services.create(service("b", "TCP/80/30000"));
        ((ObjectNode) Fields.at(changed, "spec", "ports").get(0)).put("protocol", "TCP");
        assertThatThrownBy(() -> services.update(changed))
                .isInstanceOf(StatusException.class)
                .hasMessageEndingWith("provided port is already allocated");
        assertThat(claims()).containsExactly("nodeports/TCP/30000", "nodeports/UDP/30000");
    }

    @Test
    void healthChecksAreTcp() {
        services.create(service("udp", "UDP/80/30000"));
        ObjectNode balancer = service("lb", "UDP/80/30001");
        Json.child(balancer, "spec")
                .put("type", "LoadBalancer")
                .put("externalTrafficPolicy", "Local")
                .put("healthCheckNodePort", 30000);
        services.create(balancer);
        assertThat(claims())
                .containsExactly(
                        "nodeports/TCP/30000", "nodeports/UDP/30000", "nodeports/UDP/30001");
        Json.child(balancer, "metadata").put("name", "lb2");
        Json.child(balancer, "spec").putArray("ports").addObject().put("port", 80);
        assertThatThrownBy(() -> services.create(balancer))
                .hasMessage(
                        "Internal error occurred: failed to allocate requested HealthCheck NodePort 30000: provided port is already allocated");
    }

    /** Both would listen on the same port of each node. */
    @Test
    void aHealthCheckAndAPortOfOneServiceNeverShareATcpPort() {
        ObjectNode balancer = service("lb", "TCP/80");
        Json.child(balancer, "spec")
                .put("type", "LoadBalancer")
                .put("externalTrafficPolicy", "Local")
                .put("healthCheckNodePort", 30000);
        assertThat(nodePorts(services.create(balancer))).containsExactly(30001);
        ObjectNode changed = services.read("lb");
        ((ObjectNode) Fields.at(changed, "spec", "ports").get(0)).put("nodePort", 30000);
        assertThatThrownBy(() -> services.update(changed))
                .hasMessage(
                        "Service \"lb\" is invalid: spec.ports[0].nodePort: Invalid value: 30000: provided port is already allocated");
        ((ObjectNode) Fields.at(changed, "spec", "ports").get(0)).put("protocol", "UDP");
        services.update(changed);
        assertThat(claims()).containsExactly("nodeports/TCP/30000", "nodeports/UDP/30000");
        services.delete("lb");
        ((ObjectNode) Fields.at(balancer, "spec", "ports").get(0)).put("nodePort", 30000);
        assertThatThrownBy(() -> services.create(balancer))
                .hasMessage(
                        "Internal error occurred: failed to allocate requested HealthCheck NodePort 30000: provided port is already allocated");
    }

    @Test
    void aDryRunShowsDifferentPorts() {
        ObjectNode sent = service("a", "TCP/80", "TCP/81");
        services.strategy().applyDefaults(sent);
        services.strategy().prepareForCreate(sent);
        assertThat(services.allocation().plan(sent, null, true)).isEqualTo(Claims.NONE);
        assertThat(nodePorts(sent)).containsExactly(30000, 30001);
        assertThat(services.strategy().validate(sent)).isEmpty();
    }
}
