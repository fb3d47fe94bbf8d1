package io.biplane.client.selection;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.view.PodView;
import io.biplane.api.view.ServiceView;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.informer.Informer;
import io.biplane.client.informer.Informers;
import io.biplane.client.testing.FakeApi;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

class ServiceSelectionTest {
    private final FakeApi api = new FakeApi();
    private final Informers informers = new Informers(api.client());
    private final Informer<ServiceView> services = informers.informer(ViewedKind.SERVICES);
    private final Informer<PodView> pods = informers.informer(ViewedKind.PODS);
    private final ServiceSelection selection = new ServiceSelection(services, pods);

    @BeforeEach
    void start() throws Exception {
        service("x", "one", "'a':'1'");
        service("x", "both", "'a':'1','b':'2'");
        service("x", "none", "");
        service("y", "elsewhere", "'a':'1'");
        pod("x", "plain", "'a':'1'");
        pod("x", "full", "'b':'2','a':'1','c':'3'");
        pod("x", "other", "'a':'2'");
        pod("y", "far", "'a':'1'");
        informers.start();
        informers.awaitSynced(Duration.ofSeconds(10));
    }

    @AfterEach
    void close() {
        informers.close();
        api.close();
    }

    private void service(String namespace, String name, String selector) {
        api.create(
                "{'apiVersion':'v1','kind':'Service','metadata':{'namespace':'%s','name':'%s'},'spec':{'selector':{%s}}}"
                        .formatted(namespace, name, selector));
    }

    private void pod(String namespace, String name, String labels) {
        api.create(
                "{'apiVersion':'v1','kind':'Pod','metadata':{'namespace':'%s','name':'%s','labels':{%s}},'spec':{}}"
                        .formatted(namespace, name, labels));
    }

    private List<String> podsOf(String namespace, String service) {
        return selection.pods(services.get(namespace, service).orElseThrow()).stream()
                .map(PodView::name)
                .sorted()
                .toList();
    }

    private List<String> servicesOf(String namespace, String pod) {
        return selection.services(pods.get(namespace, pod).orElseThrow()).stream()
                .map(ServiceView::name)
                .sorted()
                .toList();
    }

    @Test
    void aServiceSelectsThePodsOfItsNamespaceWithAllItsLabels() {
        assertThat(podsOf("x", "one")).containsExactly("full", "plain");
        assertThat(podsOf("x", "both")).containsExactly("full");
        assertThat(podsOf("x", "none")).isEmpty();
        assertThat(podsOf("y", "elsewhere")).containsExactly("far");
    }

    @Test
    void aPodIsSelectedByTheServicesOfItsNamespaceWhoseLabelsItHas() {
        assertThat(servicesOf("x", "plain")).containsExactly("one");
        assertThat(servicesOf("x", "full")).containsExactly("both", "one");
        assertThat(servicesOf("x", "other")).isEmpty();
        assertThat(servicesOf("y", "far")).containsExactly("elsewhere");
    }
}
