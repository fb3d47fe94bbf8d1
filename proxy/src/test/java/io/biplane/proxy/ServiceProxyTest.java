package io.biplane.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.kind.Kinds;
import io.biplane.client.ApiClient;
import io.biplane.client.informer.Informers;
import io.biplane.client.testing.FakeApi;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.Transaction;
import io.biplane.linux.nftables.desired.Predecessor;
import io.biplane.linux.testing.Eventually;
import io.biplane.linux.testing.FakeNftables;
import io.biplane.proxy.config.ProxyConfig;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The loop, with an API server and rulesets in memory. */
final class ServiceProxyTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final FakeApi api = new FakeApi();
    private final Informers informers = new Informers(api.client());
    private final FakeNftables node1 = new FakeNftables();
    private final FakeNftables node2 = new FakeNftables();
    private ServiceProxy proxy = new ServiceProxy(ProxyConfig.forRanges(List.of()), informers);

    @BeforeEach
    void setUp() {
        api.create(
                "{'apiVersion':'v1','kind':'Service','metadata':{'namespace':'ns','name':'web'},"
                        + "'spec':{'clusterIP':'10.96.0.9','clusterIPs':['10.96.0.9','fd96::9'],"
                        + "'ports':[{'port':80,'protocol':'TCP'}]}}");
    }

    @AfterEach
    void tearDown() {
        proxy.close();
        informers.close();
        api.close();
    }

    private ObjectNode slice(int endpoints) {
        return io.biplane.api.Json.parseObject(
                "{'apiVersion':'discovery.k8s.io/v1','kind':'EndpointSlice','metadata':{'namespace':'ns','name':'web-1','labels':{'kubernetes.io/service-name':'web'}},'addressType':'IPv6','ports':[{'name':'','port':8080,'protocol':'TCP'}],'endpoints':[%s]}"
                        .formatted(
                                IntStream.rangeClosed(1, endpoints)
                                        .mapToObj("{'addresses':['fd00::%x']}"::formatted)
                                        .collect(Collectors.joining(",")))
                        .replace('\'', '"'));
    }

    /** The elements of a set, as text, sorted. */
    private static String elements(FakeNftables nftables, String set) {
        List<String> texts = new ArrayList<>();
        nftables.tables().stream()
                .map(nftables::sets)
                .flatMap(Collection::stream)
                .filter(s -> s.name().equals(set))
                .map((NamedSet s) -> nftables.elements(s))
                .flatMap(Collection::stream)
                .map(Element::toString)
                .forEach(texts::add);
        texts.sort(null);
        return String.join(", ", texts);
    }

    private static void awaitServices(FakeNftables nftables, String expected) {
        Eventually.holds(
                LIMIT,
                () -> {
                    String seen = elements(nftables, "services");
                    return seen.equals(expected) ? "" : "services: " + seen;
                });
    }

    @Test
    void nothingIsWrittenBeforeTheApiServerHasToldEverything() throws Exception {
        proxy.start();
        var written = proxy.serve("node-1", node1, Predecessor.in(node1));
        assertThat(node1.committed()).isEmpty();
        assertThat(written).isNotDone();
        informers.start();
        written.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(elements(node1, "services"))
                .isEqualTo("10.96.0.9 . tcp . 80 : goto refuse, fd96::9 . tcp . 80 : goto refuse");
        assertThat(node1.committed()).hasSize(1);
    }

    @Test
    void manyChangesAreFewTransactionsForEveryNamespace() throws Exception {
        informers.start();
        proxy.start();
        proxy.serve("node-1", node1, Predecessor.in(node1))
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        proxy.serve("node-2", node2, Predecessor.in(node2))
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        ApiClient client = api.client();
        ObjectNode stored = client.create(Kinds.ENDPOINT_SLICES, slice(1));
        long start = System.nanoTime();
        for (int endpoints = 2; endpoints <= 300; endpoints++) {
            ObjectNode next = slice(endpoints);
            next.withObject("metadata")
                    .put(
                            "resourceVersion",
                            stored.path("metadata").path("resourceVersion").asString());
            stored = client.update(Kinds.ENDPOINT_SLICES, next);
        }
        String all = "10.96.0.9 . tcp . 80 : goto refuse, fd96::9 . tcp . 80 : goto ep-300";
        awaitServices(node1, all);
        awaitServices(node2, all);
        long rounds = Duration.ofNanos(System.nanoTime() - start).toMillis() / 20 + 2;
        for (FakeNftables nftables : List.of(node1, node2)) {
            assertThat(nftables.committed())
                    .as("transactions; at most one each 20 ms")
                    .hasSizeLessThanOrEqualTo((int) rounds + 1);
        }
    }

    @Test
    void aNamespaceThatFailsIsRepairedAndHoldsUpNoOther() throws Exception {
        informers.start();
        proxy.start();
        proxy.serve("node-1", node1, Predecessor.in(node1))
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        node2.failNext(1);
        var second = proxy.serve("node-2", node2, Predecessor.in(node2));
        second.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        node1.failNext(1);
        ObjectNode _ = api.client().create(Kinds.ENDPOINT_SLICES, slice(2));
        String two = "10.96.0.9 . tcp . 80 : goto refuse, fd96::9 . tcp . 80 : goto ep-2";
        awaitServices(node2, two);
        awaitServices(node1, two);
    }

    /** Whatever a namespace throws: neither the loop nor the other namespaces end by it. */
    @Test
    void anUnforeseenExceptionOfOneNamespaceEndsNothing() throws Exception {
        informers.start();
        proxy.start();
        node1.breakWith(Optional.of(new IllegalArgumentException("unforeseen")));
        var first = proxy.serve("node-1", node1, Predecessor.NONE);
        proxy.serve("node-2", node2, Predecessor.NONE).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        ObjectNode stored = api.client().create(Kinds.ENDPOINT_SLICES, slice(2));
        awaitServices(node2, "10.96.0.9 . tcp . 80 : goto refuse, fd96::9 . tcp . 80 : goto ep-2");
        node1.breakWith(Optional.empty());
        first.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        node2.breakWith(Optional.of(new IllegalArgumentException("unforeseen")));
        ObjectNode _ = api.client().update(Kinds.ENDPOINT_SLICES, next(stored, 3));
        String three = "10.96.0.9 . tcp . 80 : goto refuse, fd96::9 . tcp . 80 : goto ep-3";
        awaitServices(node1, three);
        node2.breakWith(Optional.empty());
        awaitServices(node2, three);
    }

    private ObjectNode next(ObjectNode stored, int endpoints) {
        ObjectNode next = slice(endpoints);
        next.withObject("metadata")
                .put("resourceVersion", stored.path("metadata").path("resourceVersion").asString());
        return next;
    }

    /** The period here is short, and one namespace stays broken while Services change. */
    @Test
    void healthyNamespacesAreComparedAndPrunedWhileOneIsBroken() throws Exception {
        proxy.close();
        proxy =
                new ServiceProxy(
                        new ProxyConfig(
                                List.of(),
                                false,
                                14,
                                "",
                                "",
                                Duration.ofMillis(400),
                                Duration.ofMillis(5)),
                        informers);
        informers.start();
        proxy.start();
        proxy.serve("node-1", node1, Predecessor.NONE).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        node2.breakWith(Optional.of(new IllegalArgumentException("broken")));
        var _ = proxy.serve("node-2", node2, Predecessor.NONE);
        ObjectNode stored = api.client().create(Kinds.ENDPOINT_SLICES, slice(7));
        awaitServices(node1, "10.96.0.9 . tcp . 80 : goto refuse, fd96::9 . tcp . 80 : goto ep-7");
        ObjectNode[] slice = {stored};
        AtomicInteger endpoints = new AtomicInteger(2);
        node1.commitByHand(new Transaction().delete(node1.tables().getFirst()));
        Eventually.holds(
                LIMIT,
                () -> {
                    // More often than a broken namespace is tried again.
                    int count = 2 + endpoints.incrementAndGet() % 3;
                    slice[0] = api.client().update(Kinds.ENDPOINT_SLICES, next(slice[0], count));
                    String all = node1.committed().toString();
                    boolean repaired = node1.tables().size() == 2;
                    boolean pruned = all.contains("delete chain ip6 biplane-proxy ep-7");
                    return repaired && pruned ? "" : "repaired %s".formatted(repaired);
                });
    }

    @Test
    void aNamespaceIsComparedWhenSomebodySaysThatItsRulesetHasChanged() throws Exception {
        List<String> repaired = new CopyOnWriteArrayList<>();
        proxy.onRepair((name, tables) -> repaired.add(name + " " + tables));
        informers.start();
        proxy.start();
        proxy.serve("node-1", node1, Predecessor.in(node1))
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        proxy.serve("node-2", node2, Predecessor.in(node2))
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        for (int i = 0; i < 1000; i++) {
            proxy.check("node-1"); // of its own change, and of none
        }
        proxy.check("no such node");
        for (FakeNftables node : List.of(node1, node2)) {
            node.commitByHand(new Transaction().delete(node.tables().getFirst()));
        }
        proxy.check("node-1");
        Eventually.holds(LIMIT, () -> repaired.isEmpty() ? "not repaired" : "");
        assertThat(repaired).containsExactly("node-1 [ip biplane-proxy]");
        assertThat(node1.tables()).hasSize(2);
        assertThat(node1.committed()).as("once at the start, once to repair").hasSize(2);
        assertThat(node2.tables()).as("nobody told of this one").hasSize(1);
    }

    /** A round that is cut short is done again, from the start. */
    @Test
    void anErrorInARoundDoesNotEndTheLoop() throws Exception {
        AtomicInteger told = new AtomicInteger();
        proxy.onRepair((_, _) -> {
            if (told.incrementAndGet() == 1) {
                throw new StackOverflowError("unforeseen");
            }
        });
        informers.start();
        proxy.start();
        proxy.serve("node-1", node1, Predecessor.in(node1))
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        for (int damages = 1; damages <= 2; damages++) {
            node1.commitByHand(new Transaction().delete(node1.tables().getFirst()));
            proxy.check("node-1");
            int expected = damages;
            Eventually.holds(
                    LIMIT,
                    () ->
                            told.get() == expected && node1.tables().size() == 2
                                    ? ""
                                    : "told %s".formatted(told));
        }
        ObjectNode _ = api.client().create(Kinds.ENDPOINT_SLICES, slice(2));
        awaitServices(node1, "10.96.0.9 . tcp . 80 : goto refuse, fd96::9 . tcp . 80 : goto ep-2");
    }

    @Test
    void aNamespaceThatIsLeftIsNotTouched() throws Exception {
        informers.start();
        proxy.start();
        proxy.serve("node-1", node1, Predecessor.in(node1))
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        proxy.serve("node-2", node2, Predecessor.in(node2))
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        proxy.leave("node-1");
        List<Transaction> before = node1.committed();
        ObjectNode _ = api.client().create(Kinds.ENDPOINT_SLICES, slice(1));
        awaitServices(node2, "10.96.0.9 . tcp . 80 : goto refuse, fd96::9 . tcp . 80 : goto ep-1");
        assertThat(node1.committed()).isEqualTo(before);
    }

    @Test
    void aRestartAdoptsAndWritesOnlyWhatChangedMeanwhile() throws Exception {
        informers.start();
        proxy.start();
        ObjectNode _ = api.client().create(Kinds.ENDPOINT_SLICES, slice(3));
        proxy.serve("node-1", node1, Predecessor.in(node1))
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        awaitServices(node1, "10.96.0.9 . tcp . 80 : goto refuse, fd96::9 . tcp . 80 : goto ep-3");
        proxy.close();
        int before = node1.committed().size();
        proxy = new ServiceProxy(ProxyConfig.forRanges(List.of()), informers);
        proxy.start();
        proxy.serve("node-1", node1, Predecessor.in(node1))
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        List<Transaction> later = node1.committed().subList(before, node1.committed().size());
        assertThat(later).as("nothing changed meanwhile").isEmpty();
    }

    @Test
    void damageThatIsDoneBetweenTwoRunsIsToldOfAndTheFirstWriteIsNot() throws Exception {
        List<String> repaired = new CopyOnWriteArrayList<>();
        informers.start();
        proxy.onRepair((name, tables) -> repaired.add(name + " " + tables));
        proxy.start();
        proxy.serve("node-1", node1, Predecessor.in(node1))
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        proxy.close();
        assertThat(repaired).isEmpty();
        node1.commitByHand(new Transaction().delete(node1.tables().getFirst()));
        proxy = new ServiceProxy(ProxyConfig.forRanges(List.of()), informers);
        proxy.onRepair((name, tables) -> repaired.add(name + " " + tables));
        proxy.start();
        proxy.serve("node-1", node1, Predecessor.in(node1))
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        Eventually.holds(LIMIT, () -> repaired.isEmpty() ? "not told" : "");
        assertThat(repaired).containsExactly("node-1 [ip biplane-proxy]");
    }
}
