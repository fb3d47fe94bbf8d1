package io.biplane.controllers.gc;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.kind.Kinds;
import io.biplane.api.registry.KindRegistry;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.DeleteOptions;
import io.biplane.client.Propagation;
import io.biplane.client.informer.Informers;
import io.biplane.client.testing.FakeApi;
import io.biplane.controllers.namespace.NamespaceController;
import io.biplane.linux.testing.Eventually;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

class GarbageCollectorTest {
    private final FakeApi api = new FakeApi();
    private final Informers informers = new Informers(api.client());
    private final KindRegistry kinds = new KindRegistry(Kinds.BUILT_IN);
    private final GarbageCollector collector = new GarbageCollector(kinds, api.client(), informers);
    private final NamespaceController namespaces =
            new NamespaceController(kinds, api.client(), informers);

    /** ConfigMaps that the collector knows: this is told after it, by the same informer. */
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    @BeforeEach
    void start() throws Exception {
        informers
                .informer(ViewedKind.plain(Kinds.CONFIG_MAPS))
                .listen((_, after) -> {
                    if (after != null) {
                        known.add(after.meta().uid());
                    }
                });
        informers.start();
        informers.awaitSynced(Duration.ofSeconds(10));
        collector.start();
        namespaces.start();
    }

    @AfterEach
    void close() {
        namespaces.close();
        collector.close();
        informers.close();
        api.close();
    }

    @Test
    void backgroundDeletionTakesTheWholeFamily() {
        family();
        delete(Propagation.BACKGROUND);
        api.await(Kinds.CONFIG_MAPS, all -> all.size() == 1); // the bystander
        api.await(Kinds.REPLICA_SETS, List::isEmpty);
    }

    @Test
    void foregroundDeletionTakesTheOwnerLast() {
        family();
        delete(Propagation.FOREGROUND);
        api.await(Kinds.DEPLOYMENTS, List::isEmpty);
        assertThat(api.all(Kinds.REPLICA_SETS)).isEmpty();
        assertThat(api.all(Kinds.CONFIG_MAPS)).hasSize(1);
    }

    @Test
    void orphansLoseTheirReferenceAndStay() {
        family();
        delete(Propagation.ORPHAN);
        api.await(Kinds.DEPLOYMENTS, List::isEmpty);
        List<ObjectNode> sets = api.all(Kinds.REPLICA_SETS);
        assertThat(sets).hasSize(1);
        assertThat(Fields.list(sets.getFirst(), "metadata", "ownerReferences")).isEmpty();
        assertThat(api.all(Kinds.CONFIG_MAPS)).hasSize(11);
    }

    /**
     * The watch of what was set free may tell of it later than that of the owner tells of its end.
     */
    @Test
    void orphansStayWhicheverWatchTellsFirst() {
        for (int i = 0; i < 100; i++) {
            api.create(
                    "{'apiVersion':'apps/v1','kind':'ReplicaSet','metadata':{'namespace':'x','name':'s%d','ownerReferences':[%s]}}"
                            .formatted(i, reference(owner("a" + i))));
            api.client()
                    .delete(
                            Kinds.DEPLOYMENTS,
                            "x",
                            "a" + i,
                            DeleteOptions.DEFAULT.with(Propagation.ORPHAN));
        }
        api.await(Kinds.DEPLOYMENTS, List::isEmpty);
        family();
        delete(Propagation.BACKGROUND); // what was in the queue before is done before its end
        api.await(Kinds.CONFIG_MAPS, all -> all.size() == 1);
        assertThat(api.all(Kinds.REPLICA_SETS)).hasSize(100);
    }

    @Test
    void anObjectStaysWhileOneOwnerIsLeft() {
        ObjectNode a = owner("a");
        ObjectNode b = owner("b");
        api.create(
                "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'namespace':'x','name':'both','ownerReferences':[%s,%s]}}"
                        .formatted(reference(a), reference(b)));
        api.client().delete(Kinds.DEPLOYMENTS, "x", "a");
        api.await(
                Kinds.CONFIG_MAPS,
                all -> Fields.list(all.getFirst(), "metadata", "ownerReferences").size() == 1);
        api.client().delete(Kinds.DEPLOYMENTS, "x", "b");
        api.await(Kinds.CONFIG_MAPS, List::isEmpty);
    }

    @Test
    void aDeletedNamespaceIsEmptiedAndGoes() {
        api.create("{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'x'}}");
        family();
        api.create(
                "{'apiVersion':'v1','kind':'Pod','metadata':{'namespace':'x','name':'p'},'spec':{'nodeName':'n'}}");
        api.client().delete(Kinds.NAMESPACES, null, "x");
        api.await(
                Kinds.PODS,
                all -> !Fields.text(all.getFirst(), "metadata", "deletionTimestamp").isEmpty());
        assertThat(api.all(Kinds.NAMESPACES)).as("waits for its pod").hasSize(1);
        api.client().delete(Kinds.PODS, "x", "p", DeleteOptions.DEFAULT.withGrace(0));
        api.await(Kinds.NAMESPACES, List::isEmpty);
        assertThat(api.all(Kinds.CONFIG_MAPS)).hasSize(1);
    }

    /**
     * A deployment with a set with ten ConfigMaps, and a bystander; all of them known to the
     * collector, which takes an owner for one that has no dependents until it has seen them.
     */
    private void family() {
        ObjectNode deployment = owner("a");
        ObjectNode set =
                api.create(
                        "{'apiVersion':'apps/v1','kind':'ReplicaSet','metadata':{'namespace':'x','name':'s','ownerReferences':[%s]}}"
                                .formatted(reference(deployment)));
        for (int i = 0; i < 10; i++) {
            api.create(
                    "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'namespace':'x','name':'c%d','ownerReferences':[%s]}}"
                            .formatted(i, reference(set)));
        }
        api.create(
                "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'namespace':'y','name':'by'}}");
        Eventually.holds(
                Duration.ofSeconds(10),
                () -> known.size() == 11 ? "" : "the collector knows " + known.size());
    }

    private ObjectNode owner(String name) {
        return api.create(
                "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'namespace':'x','name':'%s'}}"
                        .formatted(name));
    }

    private static String reference(ObjectNode owner) {
        return "{'apiVersion':'apps/v1','kind':'%s','name':'%s','uid':'%s','controller':true,'blockOwnerDeletion':true}"
                .formatted(
                        Fields.text(owner, "kind"),
                        Fields.text(owner, "metadata", "name"),
                        Fields.text(owner, "metadata", "uid"));
    }

    private void delete(Propagation propagation) {
        api.client().delete(Kinds.DEPLOYMENTS, "x", "a", DeleteOptions.DEFAULT.with(propagation));
    }
}
