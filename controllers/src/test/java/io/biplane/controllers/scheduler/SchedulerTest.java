package io.biplane.controllers.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.DeleteOptions;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Informers;
import io.biplane.client.testing.FakeApi;
import io.biplane.linux.testing.Eventually;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

class SchedulerTest {
    private final FakeApi api = new FakeApi();
    private final Informers informers = new Informers(api.client());
    private final EventRecorder events = new EventRecorder(api.client(), "default-scheduler");
    private final Scheduler scheduler = new Scheduler(api.client(), informers, events);

    /** Nodes that the scheduler knows: this is told after it, by the same informer. */
    private final Set<String> knownNodes = ConcurrentHashMap.newKeySet();

    @BeforeEach
    void start() throws Exception {
        informers
                .informer(ViewedKind.NODES)
                .listen((_, after) -> {
                    if (after != null) {
                        knownNodes.add(after.name());
                    }
                });
        informers.start();
        informers.awaitSynced(Duration.ofSeconds(10));
        scheduler.start();
    }

    @AfterEach
    void close() {
        scheduler.close();
        events.close();
        informers.close();
        api.close();
    }

    @Test
    void spreadsPodsOverTheNodes() {
        for (int i = 0; i < 5; i++) {
            node("n" + i, "'pods':'110'", "");
        }
        for (int i = 0; i < 100; i++) {
            pod("p" + i, "");
        }
        Map<String, Long> perNode =
                bound(100).stream()
                        .collect(
                                Collectors.groupingBy(
                                        p -> Fields.text(p, "spec", "nodeName"),
                                        Collectors.counting()));
        assertThat(perNode).hasSize(5).allSatisfy((_, count) -> assertThat(count).isEqualTo(20));
        api.await(
                Kinds.EVENTS,
                all ->
                        all.stream()
                                        .filter(e -> Fields.text(e, "reason").equals("Scheduled"))
                                        .count()
                                == 100);
    }

    @Test
    void saysWhyAPodFitsNowhereAndPlacesItWhenANodeComes() {
        node("full", "'pods':'0'", "");
        node("small", "'pods':'10','cpu':'500m'", "");
        node("off", "'pods':'10'", "'unschedulable':true");
        node("tainted", "'pods':'10'", "'taints':[{'key':'k','value':'v','effect':'NoSchedule'}]");
        pod("p", ",'containers':[{'resources':{'requests':{'cpu':'1'}}}]");
        List<ObjectNode> told = api.await(Kinds.EVENTS, all -> hasMessage(all, "0/4 nodes"));
        assertThat(told)
                .anySatisfy(e ->
                        assertThat(Fields.text(e, "message"))
                                .isEqualTo(
                                        "0/4 nodes are available: 1 Insufficient cpu, 1 Too many pods,"
                                                + " 1 node(s) had untolerated taint {k: v},"
                                                + " 1 node(s) were unschedulable."));
        api.await(
                Kinds.PODS, all -> Fields.list(all.getFirst(), "status", "conditions").size() == 1);
        node("big", "'pods':'10','cpu':'4'", "");
        assertThat(Fields.text(bound(1).getFirst(), "spec", "nodeName")).isEqualTo("big");
    }

    @Test
    void countsWhatIsPlacedUntilItHasGone() {
        node("n", "'pods':'10','cpu':'1','memory':'1Gi'", "");
        String demand = ",'containers':[{'resources':{'requests':{'cpu':'600m','memory':'64Mi'}}}]";
        pod("first", demand);
        bound(1);
        pod("second", demand);
        api.await(Kinds.EVENTS, all -> hasMessage(all, "Insufficient cpu"));
        api.client().delete(Kinds.PODS, "x", "first", DeleteOptions.DEFAULT.withGrace(0));
        assertThat(Fields.text(bound(1).getFirst(), "metadata", "name")).isEqualTo("second");
    }

    @Test
    void honoursSelectorsTolerationsAndAffinity() {
        node("red", "'pods':'10'", "'taints':[{'key':'k','effect':'NoExecute'}]");
        node("blue", "'pods':'10'", "");
        pod("a", ",'nodeSelector':{'colour':'red'},'tolerations':[{'operator':'Exists'}]");
        pod(
                "b",
                ",'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{'matchExpressions':[{'key':'colour','operator':'NotIn','values':['red']}]}]}}}");
        Map<String, String> nodes =
                bound(2).stream()
                        .collect(
                                Collectors.toMap(
                                        p -> Fields.text(p, "metadata", "name"),
                                        p -> Fields.text(p, "spec", "nodeName")));
        assertThat(nodes).containsEntry("a", "red").containsEntry("b", "blue");
    }

    @Test
    void triesAgainWhenABindingFails() {
        AtomicInteger failures = new AtomicInteger(3);
        api.refuse(r ->
                r.target().endsWith("/binding") && failures.getAndDecrement() > 0
                        ? Optional.of(StatusException.conflict(Kinds.PODS, "p", "busy"))
                        : Optional.empty());
        node("n", "'pods':'1'", "");
        pod("p", "");
        bound(1);
    }

    @Test
    void triesAgainWhateverABindingFailsOf() {
        AtomicInteger failures = new AtomicInteger(3);
        api.refuse(r -> {
            if (r.target().endsWith("/binding") && failures.getAndDecrement() > 0) {
                throw new IllegalStateException("a bug");
            }
            return Optional.empty();
        });
        node("n", "'pods':'1'", "");
        pod("p", "");
        bound(1);
        assertThat(api.all(Kinds.EVENTS))
                .anySatisfy(e ->
                        assertThat(Fields.text(e, "message")).isEqualTo("binding rejected: a bug"));
    }

    /** Whatever a pod says, it gets an event, and the others are placed. */
    @Test
    void absurdPodsWaitWithAnEventAndHoldUpNobody() {
        node("n", "'pods':'10','cpu':'4','memory':'1Gi'", "");
        List<String> absurd =
                List.of(
                        ",'containers':[{'resources':{'requests':{'cpu':'1e999999999'}}}]",
                        ",'containers':[{'resources':{'requests':{'cpu':'many'}}}]",
                        ",'containers':[{'resources':{'requests':{'memory':'8Ei'}}},{'resources':{'requests':{'memory':'8Ei'}}}]",
                        ",'overhead':{'memory':'1e-1e'}",
                        ",'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{'matchExpressions':[{'key':'colour','operator':'Gt'}]}]}}}");
        for (int i = 0; i < absurd.size(); i++) {
            pod("absurd-" + i, absurd.get(i));
        }
        pod("p", ",'containers':[{'resources':{'requests':{'cpu':'1','memory':'64Mi'}}}]");
        assertThat(Fields.text(bound(1).getFirst(), "metadata", "name")).isEqualTo("p");
        // "p" may have such an event as well, of the time before the scheduler knew of the node.
        api.await(
                Kinds.EVENTS,
                all ->
                        all.stream()
                                        .filter(e ->
                                                Fields.text(e, "reason").equals("FailedScheduling"))
                                        .map(e -> Fields.text(e, "involvedObject", "name"))
                                        .filter(name -> name.startsWith("absurd-"))
                                        .distinct()
                                        .count()
                                == absurd.size());
    }

    /** Two that fill a long each do not add up to room. */
    @Test
    void whatIsBoundByHandCountsHoweverMuchItIs() {
        for (String bully : List.of("bully-1", "bully-2")) {
            pod(
                    bully,
                    ",'nodeName':'n','containers':[{'resources':{'requests':{'cpu':'1e999999999'}}}]");
        }
        node("n", "'pods':'10','cpu':'4'", "");
        pod("p", ",'containers':[{'resources':{'requests':{'cpu':'1'}}}]");
        api.await(
                Kinds.EVENTS,
                all -> hasMessage(all, "0/1 nodes are available: 1 Insufficient cpu."));
        for (String bully : List.of("bully-1", "bully-2")) {
            api.client().delete(Kinds.PODS, "x", bully, DeleteOptions.DEFAULT.withGrace(0));
        }
        assertThat(Fields.text(bound(1).getFirst(), "metadata", "name")).isEqualTo("p");
    }

    @Test
    void leavesOtherSchedulersPodsAlone() {
        node("n", "'pods':'10'", "");
        pod("theirs", ",'schedulerName':'other'");
        pod("ours", ",'schedulerName':'default-scheduler'");
        assertThat(Fields.text(bound(1).getFirst(), "metadata", "name")).isEqualTo("ours");
    }

    private List<ObjectNode> bound(int count) {
        return api
                .await(
                        Kinds.PODS,
                        all -> all.stream().filter(SchedulerTest::isBound).count() == count)
                .stream()
                .filter(SchedulerTest::isBound)
                .toList();
    }

    private static boolean isBound(ObjectNode pod) {
        return !Fields.text(pod, "spec", "nodeName").isEmpty();
    }

    private static boolean hasMessage(List<ObjectNode> events, String part) {
        return events.stream().anyMatch(e -> Fields.text(e, "message").contains(part));
    }

    private void node(String name, String allocatable, String spec) {
        api.create(
                ("{'apiVersion':'v1','kind':'Node','metadata':{'name':'%s','labels':{'colour':'%s'}},"
                                + "'spec':{%s},'status':{'allocatable':{%s},"
                                + "'conditions':[{'type':'Ready','status':'True'}]}}")
                        .formatted(name, name, spec, allocatable));
        Eventually.holds(
                Duration.ofSeconds(10),
                () -> knownNodes.contains(name) ? "" : "the scheduler does not know " + name);
    }

    private void pod(String name, String spec) {
        api.create(
                "{'apiVersion':'v1','kind':'Pod','metadata':{'namespace':'x','name':'%s'},'spec':{'restartPolicy':'Always'%s}}"
                        .formatted(name, spec));
    }
}
