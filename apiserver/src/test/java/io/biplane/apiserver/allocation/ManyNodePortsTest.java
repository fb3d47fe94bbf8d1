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
import io.biplane.store.KeyValue;
import io.biplane.store.Store;
import io.biplane.store.Txn;
import io.biplane.store.TxnResult;
import io.biplane.store.memory.MemoryStore;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;

/** Services with as many node ports as there are, in transactions of a few operations each. */
class ManyNodePortsTest {
    private static final PortRange RANGE = PortRange.NODE_PORTS;

    private final MemoryStore store = new MemoryStore();
    private final Allocations allocations;
    private final Writer services;

    ManyNodePortsTest() {
        Ranges.put(store, "kubernetes", "10.96.0.0/16", "fd00:10:96::/112");
        allocations = allocations();
        services = writer(allocations);
    }

    private Allocations allocations() {
        return new Allocations(
                store, IpFamily.IPV4, NodePortRange.of(RANGE), new Random(RANGE.size()));
    }

    private Writer writer(Allocations server) {
        return new Writer(
                store,
                Kinds.SERVICES,
                new ServiceStrategy(
                        Kinds.SERVICES,
                        new ServiceCluster(List.of(IpFamily.IPV4, IpFamily.IPV6), true)),
                server.byResource().getOrDefault(Kinds.SERVICES, Allocation.NONE));
    }

    @AfterEach
    void close() {
        allocations.close();
        store.close();
    }

    /**
     * @param nodePort of a port by its place, 0 for none
     */
    private static ObjectNode service(
            String name, String type, int count, IntUnaryOperator nodePort) {
        ObjectNode service = Json.object();
        service.putObject("metadata").put("name", name).put("namespace", "default");
        ObjectNode spec = service.putObject("spec").put("type", type);
        ArrayNode ports = spec.putArray("ports");
        for (int i = 0; i < count; i++) {
            ObjectNode port = ports.addObject().put("name", "p" + i).put("port", 1000 + i);
            if (nodePort.applyAsInt(i) != 0) {
                port.put("nodePort", nodePort.applyAsInt(i));
            }
        }
        return service;
    }

    private static ObjectNode service(String name, int count) {
        return service(name, "NodePort", count, _ -> 0);
    }

    private static List<Integer> nodePorts(ObjectNode service) {
        List<Integer> ports = new ArrayList<>();
        for (JsonNode port : Fields.at(service, "spec", "ports")) {
            ports.add(port.path("nodePort").intValue(0));
        }
        return ports;
    }

    /** All that is claimed, one by one. */
    private Set<NodePort> claimed() {
        Set<NodePort> ports = new HashSet<>();
        store.range(ClaimKeys.NODE_PORTS, Store.prefixEnd(ClaimKeys.NODE_PORTS), 0, 0)
                .entries()
                .forEach(claim ->
                        NodePortClaims.ports(claim)
                                .forEach(port -> assertThat(ports.add(port)).isTrue()));
        return ports;
    }

    private Set<Integer> claimedNumbers() {
        return claimed().stream().map(NodePort::number).collect(Collectors.toSet());
    }

    private int keys() {
        return store.range(ClaimKeys.NODE_PORTS, Store.prefixEnd(ClaimKeys.NODE_PORTS), 0, 0)
                .entries()
                .size();
    }

    @Test
    void aHundredAndThirtyNodePortsAreGivenAndGivenBack() {
        ObjectNode sent = service("media", 130);
        Json.child(sent, "spec").put("ipFamilyPolicy", "RequireDualStack");
        List<Integer> ports = nodePorts(services.create(sent));
        assertThat(ports).hasSize(130).doesNotHaveDuplicates().allMatch(RANGE::contains);
        assertThat(claimedNumbers()).containsExactlyInAnyOrderElementsOf(ports);
        assertThat(keys()).as("one claim for all").isEqualTo(1);
        services.delete("media");
        assertThat(keys()).isZero();
    }

    @Test
    void theWholeRangeFitsIntoOneService() {
        List<Integer> ports = nodePorts(services.create(service("all", RANGE.size())));
        assertThat(new HashSet<>(ports)).hasSize(2_768).allMatch(RANGE::contains);
        for (int more : new int[] {1, 20}) {
            assertThatThrownBy(() -> services.create(service("more", more)))
                    .hasMessage(
                            "Internal error occurred: failed to allocate a nodePort: range is full");
        }
        services.delete("all");
        services.create(service("more", 20));
    }

    @Test
    void theWholeRangeMayBeAskedForByNumber() {
        services.create(service("all", "NodePort", RANGE.size(), i -> RANGE.last() - i));
        assertThat(claimed()).hasSize(2_768);
    }

    /** Neighbours of one Service's ports are another's: no range of numbers is free as a whole. */
    @Test
    void scatteredNumbersAreGivenBesideThoseOfOthers() {
        for (int i = 0; i < 40; i++) {
            int number = RANGE.first() + 2 * i + 1;
            services.create(service("one" + i, "NodePort", 1, _ -> number));
        }
        services.create(service("even", "NodePort", 1_384, i -> RANGE.first() + 2 * i));
        services.create(service("odd", "NodePort", 1_000, i -> RANGE.first() + 101 + 2 * i));
        assertThat(claimed()).hasSize(40 + 1_384 + 1_000);
        ObjectNode again = service("again", "NodePort", 20, i -> RANGE.first() + 90 + i);
        assertThatThrownBy(() -> services.create(again))
                .hasMessage(
                        "Service \"again\" is invalid: spec.ports[0].nodePort: Invalid value: 30090: provided port is already allocated");
        ObjectNode single = service("single", "NodePort", 1, _ -> RANGE.first() + 2);
        assertThatThrownBy(() -> services.create(single))
                .hasMessageEndingWith("Invalid value: 30002: provided port is already allocated");
        services.delete("even");
        services.create(single);
        assertThat(claimed()).hasSize(40 + 1 + 1_000);
    }

    @Test
    void aServiceGrowsFromOneClaimForEachPortToOneForAllAndBack() {
        ObjectNode small = services.create(service("a", NodePortClaims.MOST_KEYS));
        assertThat(keys()).isEqualTo(NodePortClaims.MOST_KEYS);
        List<Integer> before = nodePorts(small);

        List<Integer> after = nodePorts(services.update(resized("a", 200)));
        assertThat(after).startsWith(before.toArray(Integer[]::new)).hasSize(200);
        assertThat(keys()).isEqualTo(1);
        assertThat(claimedNumbers()).containsExactlyInAnyOrderElementsOf(after);

        assertThat(nodePorts(services.update(resized("a", 150)))).isEqualTo(after.subList(0, 150));
        assertThat(claimedNumbers()).containsExactlyInAnyOrderElementsOf(after.subList(0, 150));

        assertThat(nodePorts(services.update(resized("a", 3)))).isEqualTo(after.subList(0, 3));
        assertThat(keys()).isEqualTo(3);
        services.delete("a");
        assertThat(keys()).isZero();
    }

    /** As somebody who applies a file that says nothing of node ports. */
    private ObjectNode resized(String name, int count) {
        ObjectNode service = services.read(name);
        Json.child(service, "spec").set("ports", Fields.at(service(name, count), "spec", "ports"));
        return service;
    }

    @Test
    void anUpdateThatChangesNoPortPutsNoClaim() {
        services.create(service("a", 200));
        long before = list().modRevision();
        ObjectNode labelled = services.read("a");
        Json.child(Json.child(labelled, "metadata"), "labels").put("a", "b");
        services.update(labelled);
        assertThat(list().modRevision()).isEqualTo(before);
    }

    private KeyValue list() {
        return store.range(
                        ClaimKeys.NODE_PORT_LISTS, Store.prefixEnd(ClaimKeys.NODE_PORT_LISTS), 0, 0)
                .entries()
                .getFirst();
    }

    @Test
    void aClusterIpServiceOfTwoHundredPortsChangesItsType() {
        services.create(service("media2", "ClusterIP", 200, _ -> 0));
        assertThat(keys()).isZero();
        ObjectNode changed = services.read("media2");
        Json.child(changed, "spec").put("type", "NodePort");
        List<Integer> ports = nodePorts(services.update(changed));
        assertThat(ports).hasSize(200).doesNotHaveDuplicates().allMatch(RANGE::contains);

        ObjectNode balancer = services.read("media2");
        Json.child(balancer, "spec")
                .put("type", "LoadBalancer")
                .put("externalTrafficPolicy", "Local");
        ObjectNode updated = services.update(balancer);
        assertThat(nodePorts(updated)).isEqualTo(ports);
        int healthCheck = Fields.at(updated, "spec", "healthCheckNodePort").intValue();
        assertThat(ports).doesNotContain(healthCheck);
        assertThat(claimed()).hasSize(201);

        ObjectNode back = services.read("media2");
        Json.child(back, "spec").put("type", "ClusterIP");
        services.update(back);
        assertThat(keys()).isZero();
    }

    @Test
    void portsOfOneNumberAndDifferentProtocolsShareANodePort() {
        services.create(service("tcp", "NodePort", 1, _ -> 31_000));
        ObjectNode dns = service("dns", 40);
        ArrayNode ports = (ArrayNode) Fields.at(dns, "spec", "ports");
        for (int i = 0; i < 40; i++) {
            ObjectNode port = (ObjectNode) ports.get(i);
            ports.add(port.deepCopy().put("name", "u" + i).put("protocol", "UDP"));
        }
        List<Integer> given = nodePorts(services.create(dns));
        assertThat(given.subList(0, 40)).isEqualTo(given.subList(40, 80)).doesNotContain(31_000);
        assertThat(claimed()).hasSize(81);
    }

    /** As if it had been restored from a file together with what it names. */
    @Test
    void anObjectThatNamesWhatAnotherOneHoldsTakesNothingFromIt() {
        services.create(service("owner", "NodePort", 20, i -> 30_100 + i));
        ObjectNode restored = service("restored", "NodePort", 5, i -> 30_100 + i);
        Json.child(restored, "metadata").put("uid", "restored");
        services.strategy().applyDefaults(restored);
        restored.withObject("spec").put("clusterIP", "None").putArray("clusterIPs").add("None");
        restored.withObject("spec")
                .put("ipFamilyPolicy", "SingleStack")
                .putArray("ipFamilies")
                .add("IPv4");
        store.commit(Txn.put("/registry/core/services/default/restored", Json.bytes(restored)));
        Set<NodePort> before = claimed();
        Allocation allocation = services.allocation();
        ObjectNode grown =
                service("restored", "NodePort", 30, i -> i < 5 ? 30_100 + i : 30_200 + i);
        Json.child(grown, "metadata").put("uid", "restored");
        services.strategy().applyDefaults(grown);
        restored.withObject("spec").put("type", "NodePort");
        grown.withObject("spec").put("clusterIP", "None").putArray("clusterIPs").add("None");
        Claims claims = allocation.plan(grown, restored, false);
        assertThat(store.commit(new Txn(claims.conditions(), claims.ops())))
                .isInstanceOf(TxnResult.Committed.class);
        assertThat(claimed()).containsAll(before).hasSize(20 + 25);
        Claims release = allocation.release(grown);
        store.commit(new Txn(release.conditions(), release.ops()));
        assertThat(claimed()).isEqualTo(before);
    }

    /** Those who ask for many and those who ask for one, by two servers, all at once. */
    @Test
    void sixtyFourCreatorsOfManyAndOfOneGetPortsOfTheirOwn() throws InterruptedException {
        try (Allocations second = allocations()) {
            List<Writer> servers = List.of(services, writer(second));
            Set<String> failures = ConcurrentHashMap.newKeySet();
            Set<Integer> given = ConcurrentHashMap.newKeySet();
            AtomicInteger next = new AtomicInteger();
            CountDownLatch done = new CountDownLatch(64);
            for (int t = 0; t < 64; t++) {
                Writer server = servers.get(t % 2);
                Thread.startVirtualThread(() -> {
                    try {
                        for (int i = next.getAndIncrement(); i < 400; i = next.getAndIncrement()) {
                            int count = i % 8 == 0 ? 20 + i % 11 : 1;
                            for (int port : nodePorts(server.create(service("s" + i, count)))) {
                                if (!given.add(port)) {
                                    failures.add(port + " twice");
                                }
                            }
                        }
                    } catch (StatusException e) {
                        failures.add(e.text());
                    } finally {
                        done.countDown();
                    }
                });
            }
            done.await();
            assertThat(failures).isEmpty();
            assertThat(claimedNumbers()).isEqualTo(given);
            for (int i = 0; i < 400; i++) {
                services.delete("s" + i);
            }
            assertThat(keys()).isZero();
        }
    }
}
