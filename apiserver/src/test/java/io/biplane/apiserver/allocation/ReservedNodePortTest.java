package io.biplane.apiserver.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.kind.Kinds;
import io.biplane.api.service.ServiceCluster;
import io.biplane.api.service.ServiceStrategy;
import io.biplane.netip.IpFamily;
import io.biplane.netip.allocation.PortRange;
import io.biplane.store.memory.MemoryStore;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;

/** A number that is the API server's own port is no Service's, whoever asks and however. */
class ReservedNodePortTest {
    private static final PortRange RANGE = PortRange.parse("30000-30039");
    private static final int RESERVED = 30_020;
    private static final String REFUSED =
            "Invalid value: 30020: provided port is the API server's own (--secure-port): choose another one";

    private final MemoryStore store = new MemoryStore();
    private final List<Allocations> started = new ArrayList<>();

    ReservedNodePortTest() {
        Ranges.put(store, "kubernetes", "10.96.0.0/16");
    }

    private Writer server(Map<Integer, String> reserved) {
        Allocations allocations =
                new Allocations(
                        store,
                        IpFamily.IPV4,
                        new NodePortRange(RANGE, reserved),
                        RandomGenerator.getDefault());
        started.add(allocations);
        return new Writer(
                store,
                Kinds.SERVICES,
                new ServiceStrategy(
                        Kinds.SERVICES, new ServiceCluster(List.of(IpFamily.IPV4), true)),
                allocations.byResource().getOrDefault(Kinds.SERVICES, Allocation.NONE));
    }

    private Writer server() {
        return server(Map.of(RESERVED, "the API server's own (--secure-port)"));
    }

    @AfterEach
    void close() {
        started.forEach(Allocations::close);
        store.close();
    }

    private static ObjectNode service(String name, int count, int nodePort) {
        ObjectNode service = Json.object();
        service.putObject("metadata").put("name", name).put("namespace", "default");
        ArrayNode ports = service.putObject("spec").put("type", "NodePort").putArray("ports");
        for (int i = 0; i < count; i++) {
            ports.addObject().put("name", "p" + i).put("port", 80 + i);
        }
        if (nodePort != 0) {
            ((ObjectNode) ports.get(count - 1)).put("nodePort", nodePort);
        }
        return service;
    }

    private static List<Integer> nodePorts(ObjectNode service) {
        return Fields.at(service, "spec", "ports")
                .valueStream()
                .map(port -> port.path("nodePort").intValue(0))
                .toList();
    }

    @Test
    void whoAsksForItIsRefusedByField() {
        Writer services = server();
        assertThatThrownBy(() -> services.create(service("a", 2, RESERVED)))
                .hasMessage("Service \"a\" is invalid: spec.ports[1].nodePort: " + REFUSED);
        assertThatThrownBy(() -> services.create(service("a", 30, RESERVED)))
                .hasMessage("Service \"a\" is invalid: spec.ports[29].nodePort: " + REFUSED);
        ObjectNode udp = service("a", 1, RESERVED);
        ((ObjectNode) Fields.at(udp, "spec", "ports").get(0)).put("protocol", "UDP");
        assertThatThrownBy(() -> services.create(udp)).hasMessageEndingWith(REFUSED);
        ObjectNode balancer = service("a", 1, 0);
        Json.child(balancer, "spec")
                .put("type", "LoadBalancer")
                .put("externalTrafficPolicy", "Local")
                .put("healthCheckNodePort", RESERVED);
        assertThatThrownBy(() -> services.create(balancer))
                .hasMessage(
                        "Internal error occurred: failed to allocate requested HealthCheck NodePort 30020: provided port is the API server's own (--secure-port): choose another one");
        services.create(service("a", 1, 0));
        ObjectNode changed = services.read("a");
        ((ObjectNode) Fields.at(changed, "spec", "ports").get(0)).put("nodePort", RESERVED);
        assertThatThrownBy(() -> services.update(changed)).hasMessageEndingWith(REFUSED);
    }

    @Test
    void nobodyIsGivenItEvenIfNothingElseIsLeft() {
        Writer services = server();
        for (int i = 0; i < 39; i++) {
            assertThat(nodePorts(services.create(service("s" + i, 1, 0)))).doesNotContain(RESERVED);
        }
        assertThatThrownBy(() -> services.create(service("more", 1, 0)))
                .hasMessageEndingWith("failed to allocate a nodePort: range is full");
        for (int i = 0; i < 39; i++) {
            services.delete("s" + i);
        }
        assertThat(nodePorts(services.create(service("all", 39, 0)))).doesNotContain(RESERVED);
        assertThatThrownBy(() -> services.create(service("more", 1, 0)))
                .hasMessageEndingWith("failed to allocate a nodePort: range is full");
    }

    @Test
    void aDryRunDoesNotShowIt() {
        Writer services = server(Map.of(RANGE.first(), "something else's"));
        ObjectNode sent = service("a", 1, 0);
        services.strategy().applyDefaults(sent);
        services.strategy().prepareForCreate(sent);
        services.allocation().plan(sent, null, true);
        assertThat(nodePorts(sent)).containsExactly(30_001);
    }

    @Test
    void whoHasItKeepsItAndTheLogSaysSo() {
        server(Map.of()).create(service("early", 1, RESERVED));
        server(Map.of()).create(service("many", 20, 30_019));
        List<String> logged = Collections.synchronizedList(new ArrayList<>());
        Handler handler =
                new Handler() {
                    @Override
                    public void publish(LogRecord record) {
                        logged.add(record.getMessage());
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        Logger logger = Logger.getLogger(ServicePorts.class.getName());
        logger.addHandler(handler);
        Writer services;
        try {
            services = server();
        } finally {
            logger.removeHandler(handler);
        }
        assertThat(logged)
                .containsExactly(
                        "Service default/early has a node port that is the API server's own (--secure-port) nodePort=30020 protocol=TCP (give the Service another nodePort)");
        ObjectNode labelled = services.read("early");
        Json.child(Json.child(labelled, "metadata"), "labels").put("a", "b");
        assertThat(nodePorts(services.update(labelled))).containsExactly(RESERVED);
        services.delete("early");
        assertThatThrownBy(() -> services.create(service("late", 1, RESERVED)))
                .hasMessageEndingWith(REFUSED);
    }
}
