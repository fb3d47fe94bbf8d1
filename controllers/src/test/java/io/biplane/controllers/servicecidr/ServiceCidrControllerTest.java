package io.biplane.controllers.servicecidr;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.ServiceCidrView;
import io.biplane.client.informer.Informers;
import io.biplane.client.testing.FakeApi;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

class ServiceCidrControllerTest {
    private final FakeApi api = new FakeApi();
    private final Informers informers = new Informers(api.client());
    private final ServiceCidrController controller =
            new ServiceCidrController(api.client(), informers);

    @BeforeEach
    void start() throws Exception {
        informers.start();
        informers.awaitSynced(Duration.ofSeconds(10));
        controller.start();
    }

    @AfterEach
    void close() {
        controller.close();
        informers.close();
        api.close();
    }

    private void range(String name, String... cidrs) {
        api.create(
                "{'apiVersion':'networking.k8s.io/v1','kind':'ServiceCIDR','metadata':{'name':'%s'},'spec':{'cidrs':['%s']}}"
                        .formatted(name, String.join("','", cidrs)));
        await(name, r -> r.ready().equals(Optional.of("True")));
    }

    private void address(String name) {
        api.create(
                "{'apiVersion':'networking.k8s.io/v1','kind':'IPAddress','metadata':{'name':'%s'},'spec':{'parentRef':{'resource':'services','namespace':'d','name':'a'}}}"
                        .formatted(name));
    }

    private void await(String name, Predicate<ServiceCidrView> condition) {
        api.await(
                Kinds.SERVICE_CIDRS,
                all ->
                        all.stream()
                                .map(ServiceCidrView::of)
                                .anyMatch(r -> r.name().equals(name) && condition.test(r)));
    }

    private void awaitGone(String name) {
        api.await(
                Kinds.SERVICE_CIDRS,
                all -> all.stream().noneMatch(r -> ServiceCidrView.of(r).name().equals(name)));
    }

    private void delete(String name) {
        ObjectNode _ = api.client().delete(Kinds.SERVICE_CIDRS, null, name);
    }

    @Test
    void everyRangeIsHeldAndReady() {
        range("r", "10.97.0.0/24", "fd00::/112");
        ObjectNode stored = api.find(Kinds.SERVICE_CIDRS, null, "r").orElseThrow();
        ServiceCidrView r = ServiceCidrView.of(stored);
        assertThat(r.meta().finalizers())
                .containsExactly("networking.k8s.io/service-cidr-finalizer");
        assertThat(stored.at("/status/conditions/0/message").asString())
                .isEqualTo("Kubernetes Service CIDR is ready");
    }

    @Test
    void anUnusedRangeGoesAtOnce() {
        range("r", "10.97.0.0/24");
        address("10.98.0.1");
        delete("r");
        awaitGone("r");
    }

    @Test
    void aRangeInUseStaysUntilItsLastAddressIsLetGo() {
        range("r", "10.97.0.0/24", "fd00::/112");
        address("10.97.0.1");
        address("fd00::1");
        delete("r");
        await("r", r -> r.ready().equals(Optional.of("False")));
        assertThat(
                        api.find(Kinds.SERVICE_CIDRS, null, "r")
                                .orElseThrow()
                                .at("/status/conditions/0")
                                .toString())
                .contains(
                        "\"reason\":\"Terminating\"",
                        "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR");
        ObjectNode _ = api.client().delete(Kinds.IP_ADDRESSES, null, "10.97.0.1");
        ObjectNode _ = api.client().delete(Kinds.IP_ADDRESSES, null, "fd00::1");
        awaitGone("r");
    }

    @Test
    void aRangeGoesWhenAnotherCoversItsAddresses() {
        range("r", "10.97.0.0/24");
        address("10.97.0.1");
        delete("r");
        await("r", r -> r.ready().equals(Optional.of("False")));
        range("wider", "10.97.0.0/16");
        awaitGone("r");
    }

    @Test
    void ofTwoThatCoverEachOtherNeitherGoesForTheOther() {
        range("a", "10.97.0.0/24");
        range("b", "10.97.0.0/24");
        address("10.97.0.1");
        delete("a");
        awaitGone("a");
        delete("b");
        await("b", b -> b.ready().equals(Optional.of("False")));
        range("a", "10.97.0.0/24");
        awaitGone("b");
    }

    /** The informer may be behind: an address that was taken before the deletion is not lost. */
    @Test
    void whatTheInformersHaveNotSeenYetCounts() {
        range("r", "10.97.0.0/24");
        AtomicBoolean blind = new AtomicBoolean(true);
        api.refuse(request ->
                blind.get()
                                && request.target().contains("ipaddresses")
                                && request.target().contains("watch")
                        ? Optional.of(StatusException.internal("no watch"))
                        : Optional.empty());
        api.breakWatches();
        address("10.97.0.1");
        delete("r");
        await("r", r -> r.ready().equals(Optional.of("False")));
        blind.set(false);
        assertThat(api.all(Kinds.SERVICE_CIDRS)).hasSize(1);
    }

    @Test
    void otherFinalizersAreTheirOwners() {
        range("r", "10.97.0.0/24");
        ObjectNode range = api.client().get(Kinds.SERVICE_CIDRS, null, "r");
        io.biplane.api.Json.child(range, "metadata").withArray("finalizers").add("example.com/x");
        ObjectNode _ = api.client().update(Kinds.SERVICE_CIDRS, range);
        delete("r");
        await("r", r -> r.meta().finalizers().equals(List.of("example.com/x")));
    }
}
