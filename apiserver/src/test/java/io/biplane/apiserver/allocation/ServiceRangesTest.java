package io.biplane.apiserver.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.service.ServiceCluster;
import io.biplane.api.service.ServiceStrategy;
import io.biplane.api.view.ServiceCidrView;
import io.biplane.apiserver.storage.ObjectKeys;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;
import io.biplane.netip.allocation.PortRange;
import io.biplane.store.Change;
import io.biplane.store.KeyValue;
import io.biplane.store.Op;
import io.biplane.store.Store;
import io.biplane.store.StoreException;
import io.biplane.store.Txn;
import io.biplane.store.TxnResult;
import io.biplane.store.Watch;
import io.biplane.store.WatchBatch;
import io.biplane.store.WatchListener;
import io.biplane.store.memory.MemoryStore;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Addresses of several ServiceCIDRs, which come and go. */
class ServiceRangesTest {
    private static final String FULL =
            "Internal error occurred: failed to allocate a serviceIP for Service \"%s\": range is full";

    private final Store store = new MemoryStore();
    private final long seed = Seeds.next();
    private final Allocations allocations =
            new Allocations(
                    store, IpFamily.IPV4, NodePortRange.of(PortRange.NODE_PORTS), new Random(seed));
    private final Writer services =
            new Writer(
                    store,
                    Kinds.SERVICES,
                    new ServiceStrategy(
                            Kinds.SERVICES,
                            new ServiceCluster(List.of(IpFamily.IPV4, IpFamily.IPV6), true)),
                    allocations.byResource().getOrDefault(Kinds.SERVICES, Allocation.NONE));

    @AfterEach
    void close() {
        allocations.close();
        store.close();
    }

    private static ObjectNode service(String name, String... clusterIps) {
        ObjectNode service = Json.object();
        service.putObject("metadata").put("name", name).put("namespace", "default");
        ObjectNode spec = service.putObject("spec").put("type", "ClusterIP");
        spec.putArray("ports").addObject().put("port", 80);
        if (clusterIps.length > 0) {
            spec.put("clusterIP", clusterIps[0]);
            for (String clusterIp : clusterIps) {
                spec.withArray("clusterIPs").add(clusterIp);
            }
        }
        return service;
    }

    private static ObjectNode dual(ObjectNode service) {
        Json.child(service, "spec").put("ipFamilyPolicy", "RequireDualStack");
        return service;
    }

    private static List<Addr> addresses(ObjectNode service) {
        return Fields.at(service, "spec", "clusterIPs")
                .valueStream()
                .map(ip -> Addr.parse(ip.stringValue()))
                .toList();
    }

    private static ObjectNode going(String name, String... cidrs) {
        ObjectNode range = Ranges.object(name, cidrs);
        Json.child(range, "metadata").put("deletionTimestamp", "2026-01-01T00:00:00Z");
        return range;
    }

    private static ObjectNode notReady(String name, String... cidrs) {
        ObjectNode range = Ranges.object(name, cidrs);
        range.putObject("status")
                .putArray("conditions")
                .addObject()
                .put("type", "Ready")
                .put("status", "False");
        return range;
    }

    @Test
    void aSecondBlockOfTheSameFamilyIsUsedAtOnce() {
        Ranges.put(store, "kubernetes", "10.96.0.0/30", "fd00::/126");
        services.create(dual(service("a")));
        services.create(dual(service("b")));
        assertThatThrownBy(() -> services.create(dual(service("c"))))
                .hasMessage(FULL.formatted("c"));

        Ranges.put(store, "more", "10.97.0.0/24", "fd00:1::/112");

        List<Addr> chosen = addresses(services.create(dual(service("c"))));
        assertThat(Prefix.parse("10.97.0.0/24").contains(chosen.getFirst())).isTrue();
        Prefix third = Prefix.parse("fd00::/126");
        assertThat(
                        third.contains(chosen.getLast())
                                || Prefix.parse("fd00:1::/112").contains(chosen.getLast()))
                .isTrue();
        assertThat(addresses(services.create(dual(service("d", "10.97.0.7", "fd00:1::7")))))
                .containsExactly(Addr.parse("10.97.0.7"), Addr.parse("fd00:1::7"));
        assertThatThrownBy(() -> services.create(service("e", "10.98.0.1")))
                .hasMessageContaining(
                        "failed to allocate IP 10.98.0.1: the provided network does not match the current range (usable: 10.96.0.0/30 of ServiceCIDR kubernetes, 10.97.0.0/24 of ServiceCIDR more;");
    }

    @Test
    void nothingIsTakenOutOfARangeThatIsGoingOrNotReady() {
        for (ObjectNode unusable :
                List.of(
                        going("kubernetes", "10.96.0.0/24"),
                        notReady("kubernetes", "10.96.0.0/24"))) {
            Ranges.put(store, unusable);
            assertThatThrownBy(() -> services.create(service("a"))).hasMessage(FULL.formatted("a"));
            assertThatThrownBy(() -> services.create(service("a", "10.96.0.5")))
                    .hasMessageContaining(
                            "the provided network does not match the current range (no ServiceCIDR with an IPv4 block is usable)");
        }
        assertThat(services.claims()).isEmpty();
        Ranges.put(store, "kubernetes", "10.96.0.0/24");
        services.create(service("a"));
    }

    @Test
    void aServiceOfARangeThatIsGoneKeepsItsAddressAndLetsItGo() {
        Ranges.put(store, "kubernetes", "10.96.0.0/24");
        ObjectNode created = services.create(service("a"));
        Ranges.remove(store, "kubernetes");
        Json.child(created, "spec").putObject("selector").put("changed", "yes");
        assertThat(addresses(services.update(created))).isEqualTo(addresses(created));
        services.delete("a");
        assertThat(services.claims()).isEmpty();
    }

    @Test
    void overlappingBlocksGiveNoAddressTwice() {
        Ranges.put(store, "kubernetes", "10.96.0.0/27");
        Ranges.put(store, "inner", "10.96.0.0/28");
        Ranges.put(store, "same", "10.96.0.0/27");
        // Of the outer block's 30 addresses the inner one's broadcast address is one.
        for (int i = 0; i < 30; i++) {
            services.create(service("s" + i));
        }
        assertThat(services.claims()).hasSize(30).doesNotHaveDuplicates();
        assertThatThrownBy(() -> services.create(service("s30"))).hasMessage(FULL.formatted("s30"));
        services.delete("s7");
        services.create(service("s30"));
    }

    @Test
    void anAddressOfTheAdministratorsIsNobodyElses() {
        Ranges.put(store, "kubernetes", "10.96.0.0/30");
        String key = ObjectKeys.key(Kinds.IP_ADDRESSES, null, "10.96.0.1");
        store.commit(
                Txn.create(
                        key,
                        Json.bytes(
                                Json.parse(
                                        "{\"metadata\":{\"name\":\"10.96.0.1\"},\"spec\":{\"parentRef\":{\"resource\":\"services\",\"namespace\":\"default\",\"name\":\"a\"}}}"))));
        assertThatThrownBy(() -> services.create(service("a", "10.96.0.1")))
                .hasMessageContaining("provided IP is already allocated");
        assertThat(addresses(services.create(service("a"))))
                .containsExactly(Addr.parse("10.96.0.2"));
        assertThatThrownBy(() -> services.create(service("b"))).hasMessage(FULL.formatted("b"));
        // It names Service a, which does not have the address: letting go must not touch it.
        services.delete("a");
        assertThat(services.claims()).containsExactly("10.96.0.1");
    }

    @Test
    void aPlanIsWorthNothingOnceItsRangeHasChanged() {
        Ranges.put(store, "kubernetes", "10.96.0.0/24");
        Ranges.put(store, "other", "10.97.0.0/24");
        for (List<String> asked : List.of(List.<String>of(), List.of("10.96.0.9"))) {
            ObjectNode planned = service("a", asked.toArray(String[]::new));
            services.strategy().applyDefaults(planned);
            services.strategy().prepareForCreate(planned);
            Claims claims = services.allocation().plan(planned, null, false);
            String source =
                    Prefix.parse("10.96.0.0/24").contains(addresses(planned).getFirst())
                            ? "kubernetes"
                            : "other";
            Ranges.put(
                    store, going(source, source.equals("other") ? "10.97.0.0/24" : "10.96.0.0/24"));
            List<Op> ops = new ArrayList<>(claims.ops());
            assertThat(store.commit(new Txn(claims.conditions(), ops)))
                    .isInstanceOf(TxnResult.Unmet.class);
            Ranges.put(store, source, source.equals("other") ? "10.97.0.0/24" : "10.96.0.0/24");
        }
        assertThat(services.claims()).isEmpty();
    }

    /**
     * Upstream waits ten seconds before it lets a ServiceCIDR go, because an address may still be
     * taken meanwhile; here none ever is.
     */
    @Test
    void whileManyCreateEveryAddressComesOutOfARangeThatIsUsableThen() throws Exception {
        Ranges.put(store, "kubernetes", "10.96.0.0/28");
        History history = new History();
        AtomicInteger number = new AtomicInteger();
        AtomicBoolean ended = new AtomicBoolean();
        try (Watch _ = store.watch(History.PREFIX, Store.prefixEnd(History.PREFIX), 0, history);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> creators = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                creators.add(
                        threads.submit(() -> {
                            while (!ended.get()) {
                                String name = "s" + number.incrementAndGet();
                                services.create(service(name));
                                services.delete(name);
                                // A judge that falls behind by 4096 batches is no longer told.
                                history.awaitRevision(store.revision() - 1000);
                            }
                        }));
            }
            for (int round = 0; round < 60 && history.fault().isEmpty(); round++) {
                String name = "r" + round % 3;
                String cidr = "10.97.%d.0/28".formatted(round);
                Ranges.put(store, name, cidr);
                awaitMore(number, 16, creators);
                Ranges.put(store, going(name, cidr));
                awaitMore(number, 4, creators);
                Ranges.remove(store, name);
            }
            ended.set(true);
            for (Future<?> creator : creators) {
                creator.get(20, TimeUnit.SECONDS);
            }
            history.awaitRevision(store.revision());
        }
        assertThat(history.fault()).as("seed %d", seed).isEmpty();
        assertThat(history.outsideOfTheFirst()).isPositive();
        assertThat(services.claims()).isEmpty();
    }

    private static void awaitMore(AtomicInteger number, int more, List<Future<?>> creators) {
        int goal = number.get() + more;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (number.get() < goal) {
            if (System.nanoTime() > deadline || creators.stream().anyMatch(Future::isDone)) {
                throw new AssertionError("%d of %d, %s".formatted(number.get(), goal, creators));
            }
            LockSupport.parkNanos(10_000);
        }
    }

    /** Judges every address by the ranges that were usable at the revision of its claim. */
    private static final class History implements WatchListener {
        static final String PREFIX = "/registry/networking.k8s.io/";

        private final Map<String, ServiceCidrView> ranges = new HashMap<>();
        private final AtomicInteger outside = new AtomicInteger();
        private final AtomicLong revision = new AtomicLong();
        private volatile String fault = "";

        String fault() {
            return fault;
        }

        int outsideOfTheFirst() {
            return outside.get();
        }

        @Override
        public void changed(WatchBatch batch) {
            for (Change change : batch.changes()) {
                boolean range = change.key().startsWith(ObjectKeys.prefix(Kinds.SERVICE_CIDRS));
                KeyValue now = change.now();
                if (range && now == null) {
                    ranges.remove(change.key());
                } else if (range && now != null) {
                    ranges.put(change.key(), ServiceCidrView.of(Json.parseObject(now.value())));
                } else if (now != null) {
                    judge(now);
                }
            }
            revision.set(batch.revision());
        }

        private void judge(KeyValue claim) {
            Addr addr = Addr.parse(claim.key().substring(ClaimKeys.CLUSTER_IPS.length()));
            if (!Prefix.parse("10.96.0.0/28").contains(addr)) {
                outside.incrementAndGet();
            }
            if (ranges.values().stream().noneMatch(r -> r.usable() && r.covers(addr))) {
                fault = "%s when there was %s".formatted(claim, ranges.values());
            }
        }

        @Override
        public void cancelled(StoreException reason) {
            fault = reason.toString();
        }

        void awaitRevision(long goal) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (revision.get() < goal && fault().isEmpty()) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("at %d of %d".formatted(revision.get(), goal));
                }
                LockSupport.parkNanos(10_000);
            }
        }
    }

    @Test
    void anAddressThatAServiceHoldsIsNotDeleted() {
        Ranges.put(store, "kubernetes", "10.96.0.0/24");
        ObjectNode created = services.create(service("a", "10.96.0.9"));
        Allocation addresses =
                allocations.byResource().getOrDefault(Kinds.IP_ADDRESSES, Allocation.NONE);
        KeyValue claim =
                store.get(ObjectKeys.key(Kinds.IP_ADDRESSES, null, "10.96.0.9")).orElseThrow();
        ObjectNode address = Json.parseObject(claim.value());
        assertThat(Json.text(address.path("spec")))
                .isEqualTo(
                        "{\"parentRef\":{\"resource\":\"services\",\"namespace\":\"default\",\"name\":\"a\"}}");
        assertThatThrownBy(() -> addresses.checkDeletion(address))
                .isInstanceOfSatisfying(
                        StatusException.class, e -> assertThat(e.code()).isEqualTo(403))
                .hasMessage(
                        "ipaddresses.networking.k8s.io \"10.96.0.9\" is forbidden: Service default/a holds this address (delete the Service or have it let the address go, and this object goes with it)");
        Json.child(created, "spec").put("type", "ExternalName").put("externalName", "a.example");
        services.update(created);
        addresses.checkDeletion(address);
    }
}
