package io.biplane.controllers.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.PodView;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.DeleteOptions;
import io.biplane.client.PatchType;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Informers;
import io.biplane.client.informer.Key;
import io.biplane.client.queue.WorkQueue;
import io.biplane.client.testing.FakeApi;
import io.biplane.linux.testing.Eventually;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Both controllers against an API server in memory, with a kubelet that makes every Pod ready. */
class WorkloadTest {
    private final FakeApi api = new FakeApi();
    private final Informers informers = new Informers(api.client());
    private final EventRecorder events = new EventRecorder(api.client(), "test");
    private final ReplicaSetController sets =
            new ReplicaSetController(api.client(), informers, events);
    private final DeploymentController deployments =
            new DeploymentController(api.client(), informers, events);
    private final WorkQueue<Key> kubelet = new WorkQueue<>("kubelet", 2, this::makeReady);
    private volatile boolean broken;

    @BeforeEach
    void start() throws Exception {
        informers.informer(ViewedKind.PODS).listen(this::podChanged);
        informers.start();
        informers.awaitSynced(Duration.ofSeconds(10));
        sets.start();
        deployments.start();
        kubelet.start();
    }

    @AfterEach
    void close() {
        kubelet.close();
        deployments.close();
        sets.close();
        events.close();
        informers.close();
        api.close();
    }

    @Test
    void aDeploymentBecomesAvailableWithExactlyItsPods() {
        deploy("web", 40, "");
        ObjectNode done = awaitDeployment(WorkloadTest::complete);
        assertThat(Fields.number(done, 0, "status", "replicas")).isEqualTo(40);
        assertThat(Fields.text(done, "metadata", "annotations", Revisions.REVISION)).isEqualTo("1");
        assertThat(api.all(Kinds.PODS)).hasSize(40);
        assertThat(api.count("POST", "/pods")).as("pods created").isEqualTo(40);
        assertThat(condition(done, "Available")).isEqualTo("True/MinimumReplicasAvailable");
        assertThat(condition(done, "Progressing")).isEqualTo("True/NewReplicaSetAvailable");
        ObjectNode set = api.all(Kinds.REPLICA_SETS).getFirst();
        String hash = Fields.text(set, "metadata", "labels", PodTemplate.HASH_LABEL);
        assertThat(Fields.text(set, "metadata", "name")).isEqualTo("web-" + hash);
        assertThat(api.all(Kinds.PODS))
                .allSatisfy(p ->
                        assertThat(Fields.text(p, "metadata", "labels", PodTemplate.HASH_LABEL))
                                .isEqualTo(hash));
    }

    @Test
    void rollsToANewTemplateAndBack() {
        deploy("web", 6, "");
        awaitDeployment(WorkloadTest::complete);
        setImage("two");
        ObjectNode second = awaitDeployment(d -> complete(d) && revision(d).equals("2"));
        assertThat(api.all(Kinds.REPLICA_SETS)).hasSize(2);
        awaitPods("two", 6);
        setImage("one"); // as kubectl rollout undo does
        awaitDeployment(d -> complete(d) && revision(d).equals("3"));
        awaitPods("one", 6);
        assertThat(api.all(Kinds.REPLICA_SETS)).hasSize(2);
        assertThat(Fields.number(second, 0, "status", "unavailableReplicas")).isZero();
    }

    @Test
    void aBrokenTemplateDoesNotTakeTheOldPodsDown() {
        deploy("web", 4, ",'strategy':{'rollingUpdate':{'maxSurge':1,'maxUnavailable':0}}");
        awaitDeployment(WorkloadTest::complete);
        broken = true;
        setImage("broken");
        awaitDeployment(d -> Fields.number(d, 0, "status", "updatedReplicas") == 1);
        api.await(Kinds.PODS, all -> all.size() == 5);
        assertThat(ready()).isEqualTo(4);
    }

    @Test
    void recreateEndsAllOldPodsFirst() {
        deploy("web", 3, ",'strategy':{'type':'Recreate'}");
        awaitDeployment(WorkloadTest::complete);
        setImage("two");
        awaitDeployment(d -> complete(d) && revision(d).equals("2"));
        awaitPods("two", 3);
    }

    @Test
    void scalesUpAndDown() {
        deploy("web", 2, "");
        awaitDeployment(WorkloadTest::complete);
        patch("{'spec':{'replicas':9}}");
        awaitDeployment(d -> complete(d) && Fields.number(d, 0, "status", "replicas") == 9);
        patch("{'spec':{'replicas':1}}");
        api.await(Kinds.PODS, all -> all.size() == 1);
        awaitDeployment(WorkloadTest::complete);
    }

    @Test
    void replacesAPodThatIsDeletedAndAdoptsOneThatMatches() {
        api.create(
                "{'apiVersion':'v1','kind':'Pod','metadata':{'namespace':'x','name':'stray','labels':{'app':'web'}},'spec':{}}");
        // The set's controller hears of pods by another watch than of sets.
        Eventually.holds(
                Duration.ofSeconds(10),
                () ->
                        informers.informer(ViewedKind.PODS).get("x", "stray").isPresent()
                                ? ""
                                : "the stray pod is not known");
        api.create(
                "{'apiVersion':'apps/v1','kind':'ReplicaSet','metadata':{'namespace':'x','name':'rs'},'spec':{'replicas':3,"
                        + "'selector':{'matchLabels':{'app':'web'}},'template':{'metadata':{'labels':{'app':'web'}},'spec':{}}}}");
        awaitSetReady(3);
        assertThat(api.count("POST", "/pods")).as("the stray one and two more").isEqualTo(3);
        api.client().delete(Kinds.PODS, "x", "stray", DeleteOptions.DEFAULT.withGrace(0));
        api.await(
                Kinds.PODS,
                all ->
                        all.size() == 3
                                && all.stream()
                                        .noneMatch(p ->
                                                "stray"
                                                        .equals(
                                                                Fields.text(
                                                                        p, "metadata", "name"))));
        api.client()
                .patch(
                        Kinds.PODS,
                        "x",
                        Fields.text(api.all(Kinds.PODS).getFirst(), "metadata", "name"),
                        PatchType.MERGE,
                        Json.parse("{\"metadata\":{\"labels\":{\"app\":\"debug\"}}}"));
        List<ObjectNode> pods = api.await(Kinds.PODS, all -> all.size() == 4);
        assertThat(pods)
                .filteredOn(p -> Fields.text(p, "metadata", "labels", "app").equals("debug"))
                .hasSize(1);
        api.await(
                Kinds.PODS,
                all ->
                        all.stream()
                                        .filter(p ->
                                                !Fields.list(p, "metadata", "ownerReferences")
                                                        .isEmpty())
                                        .count()
                                == 3);
    }

    @Test
    void triesPodsThatAreRefusedSlowly() {
        api.refuse(r ->
                r.method().equals("POST") && r.target().endsWith("/pods") && broken
                        ? Optional.of(StatusException.forbidden(Kinds.PODS, "", "quota"))
                        : Optional.empty());
        broken = true;
        deploy("web", 100, "");
        api.await(
                Kinds.REPLICA_SETS,
                all -> !all.isEmpty() && !condition(all.getFirst(), "ReplicaFailure").isEmpty());
        assertThat(api.count("POST", "/pods")).isLessThan(20);
        broken = false;
        awaitDeployment(WorkloadTest::complete);
    }

    private void podChanged(@Nullable PodView before, @Nullable PodView after) {
        if (after != null) {
            kubelet.add(Key.of(after.meta()));
        }
    }

    private void makeReady(Key key) {
        api.find(Kinds.PODS, key.namespace(), key.name())
                .map(PodView::of)
                .filter(p -> !p.ready() && !p.terminating())
                .filter(p -> !(broken && p.json().toString().contains("broken")))
                .ifPresent(p ->
                        api.client()
                                .patchStatus(
                                        Kinds.PODS,
                                        key.namespace(),
                                        key.name(),
                                        PatchType.MERGE,
                                        Json.parse(
                                                "{\"status\":{\"phase\":\"Running\",\"conditions\":"
                                                        + "[{\"type\":\"Ready\",\"status\":\"True\",\"lastTransitionTime\":\"2026-01-01T00:00:00Z\"}]}}")));
    }

    private void deploy(String name, int replicas, String more) {
        api.create(
                ("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'namespace':'x','name':'%s'},'spec':{'replicas':%d,"
                                + "'selector':{'matchLabels':{'app':'web'}},'template':{'metadata':{'labels':{'app':'web'}},"
                                + "'spec':{'containers':[{'name':'c','image':'one'}]}}%s}}")
                        .formatted(name, replicas, more));
    }

    private void setImage(String image) {
        patch(
                "{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'%s'}]}}}}"
                        .formatted(image));
    }

    private void patch(String patch) {
        api.client()
                .patch(
                        Kinds.DEPLOYMENTS,
                        "x",
                        "web",
                        PatchType.MERGE,
                        Json.parse(patch.replace('\'', '"')));
    }

    private ObjectNode awaitDeployment(Predicate<ObjectNode> condition) {
        return api.await(Kinds.DEPLOYMENTS, all -> condition.test(all.getFirst())).getFirst();
    }

    private void awaitSetReady(int replicas) {
        api.await(
                Kinds.REPLICA_SETS,
                all -> Fields.number(all.getFirst(), 0, "status", "readyReplicas") == replicas);
    }

    private void awaitPods(String image, int count) {
        api.await(
                Kinds.PODS,
                all ->
                        all.size() == count
                                && all.stream()
                                        .allMatch(p -> p.toString().contains("\"" + image + "\"")));
    }

    private long ready() {
        return api.all(Kinds.PODS).stream().filter(p -> PodView.of(p).ready()).count();
    }

    private static boolean complete(ObjectNode deployment) {
        int wanted = Fields.number(deployment, 0, "spec", "replicas");
        return Fields.number(deployment, 0, "status", "availableReplicas") == wanted
                && Fields.number(deployment, 0, "status", "updatedReplicas") == wanted
                && Fields.number(deployment, 0, "status", "replicas") == wanted
                && Fields.number(deployment, 0, "status", "observedGeneration")
                        == Fields.number(deployment, 0, "metadata", "generation");
    }

    private static String revision(ObjectNode deployment) {
        return Fields.text(deployment, "metadata", "annotations", Revisions.REVISION);
    }

    private static String condition(ObjectNode object, String type) {
        return Conditions.find(object.path("status"), type)
                .map(c -> Fields.text(c, "status") + "/" + Fields.text(c, "reason"))
                .orElse("");
    }
}
