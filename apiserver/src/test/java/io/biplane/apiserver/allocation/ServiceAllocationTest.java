package io.biplane.apiserver.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.service.ServiceCluster;
import io.biplane.api.service.ServiceStrategy;
import io.biplane.netip.Prefix;
import io.biplane.netip.allocation.PortRange;
import io.biplane.store.Store;
import io.biplane.store.memory.MemoryStore;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.node.ObjectNode;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

class ServiceAllocationTest {
    /** One API server with its store. */
    private record Cluster(Store store, Allocations allocations, Writer services)
            implements AutoCloseable {
        static Cluster of(String ports, String... ranges) {
            return on(new MemoryStore(), ports, ranges);
        }

        static Cluster on(Store store, String ports, String... ranges) {
            List<Prefix> prefixes = Arrays.stream(ranges).map(Prefix::parse).toList();
            Ranges.put(store, "kubernetes", ranges);
            Allocations allocations =
                    new Allocations(
                            store,
                            prefixes.getFirst().family(),
                            NodePortRange.of(PortRange.parse(ports)),
                            RandomGenerator.getDefault());
            ServiceStrategy strategy =
                    new ServiceStrategy(
                            Kinds.SERVICES,
                            new ServiceCluster(
                                    prefixes.stream().map(Prefix::family).toList(), true));
            Allocation allocation =
                    allocations.byResource().getOrDefault(Kinds.SERVICES, Allocation.NONE);
            return new Cluster(
                    store, allocations, new Writer(store, Kinds.SERVICES, strategy, allocation));
        }

        @Override
        public void close() {
            allocations.close();
            store.close();
        }
    }

    private static ObjectNode service(String name, String type) {
        ObjectNode service = Json.object();
        service.putObject("metadata").put("name", name).put("namespace", "default");
        ObjectNode spec = service.putObject("spec").put("type", type);
        spec.putObject("selector").put("app", "a");
        spec.putArray("ports").addObject().put("name", "p").put("port", 80);
        return service;
    }

    private static ObjectNode dual(String name) {
        ObjectNode service = service(name, "ClusterIP");
        Json.child(service, "spec").put("ipFamilyPolicy", "RequireDualStack");
        return service;
    }

    @Test
    void anObjectHoldsExactlyItsClaimsUntilItLetsGo() {
        try (Cluster cluster = Cluster.of("30000-30099", "10.96.0.0/16", "fd00:10:96::/112")) {
            ObjectNode sent = service("a", "NodePort");
            Json.child(sent, "spec").put("ipFamilyPolicy", "PreferDualStack");
            ObjectNode a = cluster.services.create(sent);
            String v4 = Fields.at(a, "spec", "clusterIPs").get(0).stringValue();
            String v6 = Fields.at(a, "spec", "clusterIPs").get(1).stringValue();
            int port = Fields.at(a, "spec", "ports").get(0).path("nodePort").intValue();
            assertThat(cluster.services.claims())
                    .containsExactlyInAnyOrder(v4, v6, "nodeports/TCP/" + port);

            ObjectNode single = cluster.services.read("a");
            Json.child(single, "spec")
                    .put("type", "ClusterIP")
                    .put("ipFamilyPolicy", "SingleStack");
            cluster.services.update(single);
            assertThat(cluster.services.claims()).containsExactly(v4);

            ObjectNode dual = cluster.services.read("a");
            Json.child(dual, "spec").put("ipFamilyPolicy", "RequireDualStack");
            assertThat(
                            Fields.at(cluster.services.update(dual), "spec", "clusterIPs")
                                    .get(0)
                                    .stringValue())
                    .isEqualTo(v4);
            assertThat(cluster.services.claims()).hasSize(2);

            ObjectNode external = cluster.services.read("a");
            Json.child(external, "spec")
                    .put("type", "ExternalName")
                    .put("externalName", "a.example");
            cluster.services.update(external);
            assertThat(cluster.services.claims()).isEmpty();

            ObjectNode back = cluster.services.read("a");
            Json.child(back, "spec")
                    .put("type", "LoadBalancer")
                    .put("externalTrafficPolicy", "Local")
                    .remove("externalName");
            assertThat(
                            Fields.at(cluster.services.update(back), "spec", "healthCheckNodePort")
                                    .intValue())
                    .isPositive();
            assertThat(cluster.services.claims()).hasSize(3);
            cluster.services.delete("a");
            assertThat(cluster.services.claims()).isEmpty();
        }
    }

    @Test
    void explicitAddressesAreGivenOnceAndAgainAfterRelease() {
        try (Cluster cluster = Cluster.of("30000-30099", "10.96.0.0/16", "fd00:10:96::/112")) {
            ObjectNode sent = dual("a");
            ObjectNode spec = Json.child(sent, "spec").put("clusterIP", "10.96.0.9");
            spec.putArray("clusterIPs").add("10.96.0.9").add("fd00:10:96:0::09");
            ObjectNode created = cluster.services.create(sent);
            assertThat(Fields.at(created, "spec", "clusterIPs").get(1).stringValue())
                    .as("the client's spelling")
                    .isEqualTo("fd00:10:96:0::09");
            assertThat(cluster.services.claims()).contains("fd00:10:96::9");

            ObjectNode second = sent.deepCopy();
            Json.child(second, "metadata").put("name", "b");
            assertThatThrownBy(() -> cluster.services.create(second))
                    .isInstanceOf(StatusException.class)
                    .hasMessage(
                            "Service \"b\" is invalid: spec.clusterIPs: Invalid value: [\"10.96.0.9\",\"fd00:10:96:0::09\"]: failed to allocate IP 10.96.0.9: provided IP is already allocated");
            cluster.services.delete("a");
            cluster.services.create(second);
        }
    }

    @Test
    void addressesAndPortsOutOfRangeAreRefusedByName() {
        try (Cluster cluster = Cluster.of("30000-30099", "10.96.0.0/16", "fd00:10:96::/112")) {
            for (String outside : List.of("10.97.0.1", "10.96.0.0", "10.96.255.255")) {
                ObjectNode sent = service("a", "ClusterIP");
                Json.child(sent, "spec").put("clusterIP", outside);
                assertThatThrownBy(() -> cluster.services.create(sent))
                        .hasMessage(
                                "Service \"a\" is invalid: spec.clusterIPs: Invalid value: [\"%s\"]: failed to allocate IP %s: the provided network does not match the current range (usable: 10.96.0.0/16 of ServiceCIDR kubernetes; the first address of a block is never given, nor the last of an IPv4 one)"
                                        .formatted(outside, outside));
            }
            ObjectNode port = service("a", "NodePort");
            ((ObjectNode) Fields.at(port, "spec", "ports").get(0)).put("nodePort", 29999);
            assertThatThrownBy(() -> cluster.services.create(port))
                    .hasMessage(
                            "Service \"a\" is invalid: spec.ports[0].nodePort: Invalid value: 29999: provided port is not in the valid range. The range of valid ports is 30000-30099");
            assertThat(cluster.services.claims()).isEmpty();
        }
    }

    @Test
    void portsOfOneNumberShareANodePort() {
        try (Cluster cluster = Cluster.of("30000-30099", "10.96.0.0/16")) {
            ObjectNode sent = service("dns", "NodePort");
            Json.child(sent, "spec")
                    .putArray("ports")
                    .addObject()
                    .put("name", "u")
                    .put("port", 53)
                    .put("protocol", "UDP");
            Json.child(sent, "spec")
                    .withArray("ports")
                    .addObject()
                    .put("name", "t")
                    .put("port", 53)
                    .put("nodePort", 30053);
            ObjectNode created = cluster.services.create(sent);
            assertThat(Fields.at(created, "spec", "ports").get(0).path("nodePort").intValue())
                    .isEqualTo(30053);
            ObjectNode other = service("other", "NodePort");
            ((ObjectNode) Fields.at(other, "spec", "ports").get(0)).put("nodePort", 30053);
            assertThatThrownBy(() -> cluster.services.create(other))
                    .hasMessageEndingWith(
                            "spec.ports[0].nodePort: Invalid value: 30053: provided port is already allocated");
        }
    }

    @Test
    void aFullSecondFamilyLeavesTheFirstAndThePortsAsTheyWere() {
        try (Cluster cluster = Cluster.of("30000-30099", "10.96.0.0/16", "fd00::/126")) {
            for (int i = 0; i < 3; i++) {
                cluster.services.create(dual("s" + i));
            }
            List<String> before = cluster.services.claims();
            ObjectNode sent = dual("s3");
            Json.child(sent, "spec").put("type", "NodePort");
            assertThatThrownBy(() -> cluster.services.create(sent))
                    .isInstanceOfSatisfying(
                            StatusException.class, e -> assertThat(e.code()).isEqualTo(500))
                    .hasMessage(
                            "Internal error occurred: failed to allocate a serviceIP for Service \"s3\": range is full");
            assertThat(cluster.services.claims()).isEqualTo(before);
        }
    }

    @Test
    void exhaustedNodePortsAreAnInternalError() {
        try (Cluster cluster = Cluster.of("30000-30001", "10.96.0.0/16")) {
            cluster.services.create(service("a", "NodePort"));
            cluster.services.create(service("b", "NodePort"));
            assertThatThrownBy(() -> cluster.services.create(service("c", "NodePort")))
                    .hasMessage(
                            "Internal error occurred: failed to allocate a nodePort: range is full");
            cluster.services.delete("a");
            cluster.services.create(service("c", "NodePort"));
        }
    }

    @Test
    void aDryRunClaimsNothingAndShowsTheNetworkAddress() {
        try (Cluster cluster = Cluster.of("30000-30099", "10.96.0.0/16", "fd00:10:96::/112")) {
            ObjectNode sent = dual("a");
            Writer services = cluster.services;
            services.strategy().applyDefaults(sent);
            services.strategy().prepareForCreate(sent);
            assertThat(services.allocation().plan(sent, null, true)).isEqualTo(Claims.NONE);
            assertThat(Json.text(Fields.at(sent, "spec", "clusterIPs")))
                    .isEqualTo("[\"10.96.0.0\",\"fd00:10:96::\"]");
            assertThat(services.claims()).isEmpty();
        }
    }

    @Test
    void sixtyFourCreatorsShareAThousandAddressesExactly() throws Exception {
        // /22 less network and broadcast is 1,022; 22 are taken beforehand.
        try (Cluster cluster = Cluster.of("30000-32767", "10.0.0.0/22")) {
            for (int i = 0; i < 22; i++) {
                cluster.services.create(service("before-" + i, "ClusterIP"));
            }
            Set<String> addresses = ConcurrentHashMap.newKeySet();
            Set<String> failures = ConcurrentHashMap.newKeySet();
            Set<String> created = ConcurrentHashMap.newKeySet();
            AtomicInteger full = new AtomicInteger();
            AtomicInteger next = new AtomicInteger();
            CountDownLatch done = new CountDownLatch(64);
            for (int t = 0; t < 64; t++) {
                Thread.startVirtualThread(() -> {
                    try {
                        for (int i = next.getAndIncrement();
                                i < 1_100;
                                i = next.getAndIncrement()) {
                            if (createOne(cluster, "s" + i, addresses, failures, full)) {
                                created.add("s" + i);
                            }
                        }
                    } finally {
                        done.countDown();
                    }
                });
            }
            done.await();
            assertThat(failures).isEmpty();
            assertThat(addresses).hasSize(1_000);
            assertThat(full).hasValue(100);
            assertThat(cluster.services.claims()).hasSize(1_022);
            created.parallelStream().forEach(cluster.services::delete);
            assertThat(cluster.services.claims()).hasSize(22);
            for (int i = 0; i < 22; i++) {
                cluster.services.delete("before-" + i);
            }
            assertThat(cluster.services.claims()).isEmpty();
        }
    }

    private static boolean createOne(
            Cluster cluster,
            String name,
            Set<String> addresses,
            Set<String> failures,
            AtomicInteger full) {
        try {
            String ip =
                    Fields.string(
                            cluster.services.create(service(name, "ClusterIP")),
                            "spec",
                            "clusterIP");
            if (!addresses.add(ip)) {
                failures.add(ip + " twice");
            }
            return true;
        } catch (StatusException e) {
            if (e.text().endsWith("range is full")) {
                full.incrementAndGet();
            } else {
                failures.add(e.text());
            }
        } catch (RuntimeException e) {
            failures.add(e.toString());
        }
        return false;
    }

    /** Two API servers on one store, each with its own idea of what is free. */
    @Test
    void twoServersNeverGiveOneAddressTwiceAndSeeEachOthersReleases() {
        try (Cluster one = Cluster.of("30000-32767", "10.0.0.0/26");
                Cluster two = Cluster.on(one.store, "30000-32767", "10.0.0.0/26")) {
            long seed = Seeds.next();
            Random random = new Random(seed);
            Set<String> live = new HashSet<>();
            for (int i = 0; i < 2_000; i++) {
                Writer server = random.nextBoolean() ? one.services : two.services;
                if (random.nextInt(3) > 0 && live.size() < 62) {
                    server.create(service("s" + i, "ClusterIP"));
                    live.add("s" + i);
                } else if (!live.isEmpty()) {
                    String name = live.iterator().next();
                    server.delete(name);
                    live.remove(name);
                } else {
                    continue;
                }
                assertThat(one.services.claims()).as("seed %d", seed).hasSameSizeAs(live);
            }
        }
    }
}
