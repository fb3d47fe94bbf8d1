package io.biplane.node;

import static io.biplane.node.StandInPortsTest.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Json;
import io.biplane.api.view.PodView;
import io.biplane.netip.Addr;
import io.biplane.node.standin.ServedPod;
import io.biplane.node.standin.ServedState;
import io.biplane.node.standin.ServedState.Container;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

class PodStatusTest {
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant T1 = Instant.parse("2026-01-01T00:01:00Z");
    private static final List<Addr> IPS = List.of(Addr.parse("fd00::2"), Addr.parse("10.0.0.2"));
    private static final List<Addr> HOST_IPS =
            List.of(Addr.parse("fd00:1::1"), Addr.parse("172.30.0.11"));

    private static PodView pod(String spec, ObjectNode status) {
        ObjectNode pod =
                tree(
                        "{'metadata':{'namespace':'default','name':'p','uid':'u'},'spec':{'containers':[{'name':'a','image':'i'}]%s}}"
                                .formatted(spec));
        pod.set("status", status);
        return PodView.of(pod);
    }

    private static ObjectNode status(
            PodView pod,
            Container state,
            String instance,
            Map<String, Integer> restarted,
            Instant now) {
        return status(pod, state, instance, restarted, Optional.empty(), now);
    }

    private static ObjectNode status(
            PodView pod,
            Container state,
            String instance,
            Map<String, Integer> restarted,
            Optional<String> cutOff,
            Instant now) {
        ServedPod served =
                new ServedPod("u", "default", "p", "n", "p", Path.of("/x"), IPS, 0, List.of());
        return new PodStatus(
                        pod,
                        IPS,
                        HOST_IPS,
                        Optional.of(new ServedState(served, Map.of("a", state))),
                        instance,
                        restarted,
                        cutOff,
                        now)
                .toJson();
    }

    private static ObjectNode running() {
        return status(pod("", Json.object()), new Container.Listening(), "one", Map.of(), T0);
    }

    @Test
    void aRunningPodSaysAll() {
        assertThat(running())
                .isEqualTo(
                        tree(
                                "{'phase':'Running','conditions':["
                                        + "{'type':'PodScheduled','status':'True','lastTransitionTime':'2026-01-01T00:00:00Z'},"
                                        + "{'type':'Initialized','status':'True','lastTransitionTime':'2026-01-01T00:00:00Z'},"
                                        + "{'type':'ContainersReady','status':'True','lastTransitionTime':'2026-01-01T00:00:00Z'},"
                                        + "{'type':'Ready','status':'True','lastTransitionTime':'2026-01-01T00:00:00Z'}],"
                                        + "'hostIP':'fd00:1::1','hostIPs':[{'ip':'fd00:1::1'},{'ip':'172.30.0.11'}],"
                                        + "'podIP':'fd00::2','podIPs':[{'ip':'fd00::2'},{'ip':'10.0.0.2'}],"
                                        + "'startTime':'2026-01-01T00:00:00Z','containerStatuses':[{'name':'a','image':'i','imageID':'',"
                                        + "'state':{'running':{'startedAt':'2026-01-01T00:00:00Z'}},'containerID':'biplane://one-a-0',"
                                        + "'ready':true,'started':true,'restartCount':0}],'qosClass':'BestEffort'}"));
    }

    @Test
    void anUnchangedPodGivesAnUnchangedStatusLater() {
        ObjectNode first = running();
        ObjectNode later = status(pod("", first), new Container.Listening(), "one", Map.of(), T1);
        assertThat(later).isEqualTo(first);
        assertThat(StatusDifference.none(first, later)).isTrue();
    }

    @Test
    void anotherInstanceOfTheStandInsIsARestart() {
        ObjectNode later =
                status(pod("", running()), new Container.Listening(), "two", Map.of(), T1);
        assertThat(later.at("/containerStatuses/0/restartCount").asInt()).isEqualTo(1);
        assertThat(later.at("/containerStatuses/0/state/running/startedAt").asString())
                .isEqualTo("2026-01-01T00:01:00Z");
        assertThat(later.at("/containerStatuses/0/lastState/terminated/exitCode").asInt())
                .isEqualTo(137);
    }

    @ParameterizedTest
    @CsvSource({"0,Succeeded,Completed", "3,Failed,Error"})
    void aContainerThatStaysExitedEndsThePod(int code, String phase, String reason) {
        ObjectNode later =
                status(pod("", running()), new Container.Exited(code), "one", Map.of(), T1);
        assertThat(later.path("phase").asString()).isEqualTo(phase);
        assertThat(later.at("/containerStatuses/0/state/terminated/reason").asString())
                .isEqualTo(reason);
        assertThat(later.at("/conditions/3/reason").asString()).isEqualTo("PodCompleted");
    }

    @Test
    void aPortThatCannotBeOpenedMakesThePodUnreadyWithTheReason() {
        ObjectNode status =
                status(
                        pod("", Json.object()),
                        new Container.Failed("listen tcp 80: Address already in use"),
                        "one",
                        Map.of(),
                        T0);
        assertThat(status.path("phase").asString()).isEqualTo("Pending");
        assertThat(status.at("/containerStatuses/0/state/waiting/message").asString())
                .isEqualTo("listen tcp 80: Address already in use");
        assertThat(status.at("/conditions/3/message").asString())
                .isEqualTo("containers with unready status: [a]");
    }

    @Test
    void aClosedReadinessGateKeepsThePodUnready() {
        String gates = ",'readinessGates':[{'conditionType':'lb'}]";
        ObjectNode status =
                status(pod(gates, Json.object()), new Container.Listening(), "one", Map.of(), T0);
        assertThat(status.at("/conditions/2/status").asString()).isEqualTo("True");
        assertThat(status.at("/conditions/3/status").asString()).isEqualTo("False");
    }

    @Test
    void conditionsOfOthersStay() {
        ObjectNode before = running();
        ((tools.jackson.databind.node.ArrayNode) before.path("conditions"))
                .add(tree("{'type':'lb','status':'True'}"));
        ObjectNode later = status(pod("", before), new Container.Listening(), "one", Map.of(), T1);
        assertThat(later).isEqualTo(before);
    }

    @Test
    void aPodThatWaitsForItsNetworkIsPendingWithoutAnAddress() {
        assertThat(PodStatus.waiting(pod("", Json.object()), HOST_IPS, T0).toJson())
                .isEqualTo(
                        tree(
                                "{'phase':'Pending','conditions':["
                                        + "{'type':'PodScheduled','status':'True','lastTransitionTime':'2026-01-01T00:00:00Z'},"
                                        + "{'type':'Initialized','status':'True','lastTransitionTime':'2026-01-01T00:00:00Z'},"
                                        + "{'type':'ContainersReady','status':'False','lastTransitionTime':'2026-01-01T00:00:00Z',"
                                        + "'reason':'ContainersNotReady','message':'containers with unready status: [a]'},"
                                        + "{'type':'Ready','status':'False','lastTransitionTime':'2026-01-01T00:00:00Z',"
                                        + "'reason':'ContainersNotReady','message':'containers with unready status: [a]'}],"
                                        + "'hostIP':'fd00:1::1','hostIPs':[{'ip':'fd00:1::1'},{'ip':'172.30.0.11'}],"
                                        + "'podIP':null,'podIPs':null,"
                                        + "'startTime':'2026-01-01T00:00:00Z','containerStatuses':[{'name':'a','image':'i','imageID':'',"
                                        + "'state':{'waiting':{'reason':'ContainerCreating'}},"
                                        + "'ready':false,'started':false,'restartCount':0}],'qosClass':'BestEffort'}"));
    }

    @Test
    void initContainersWaitForTheNetworkToo() {
        ObjectNode status =
                PodStatus.waiting(
                                pod(
                                        ",'initContainers':[{'name':'i','image':'x'},{'name':'s','image':'x','restartPolicy':'Always'}]",
                                        Json.object()),
                                HOST_IPS,
                                T0)
                        .toJson();
        assertThat(status.at("/conditions/1"))
                .isEqualTo(
                        tree(
                                "{'type':'Initialized','status':'False','lastTransitionTime':'2026-01-01T00:00:00Z',"
                                        + "'reason':'ContainersNotInitialized','message':'containers with incomplete status: [i s]'}"));
        for (String container :
                List.of(
                        "/containerStatuses/0",
                        "/initContainerStatuses/0",
                        "/initContainerStatuses/1")) {
            assertThat(status.at(container + "/state"))
                    .as(container)
                    .isEqualTo(tree("{'waiting':{'reason':'PodInitializing'}}"));
            assertThat(status.at(container + "/ready").asBoolean()).as(container).isFalse();
        }
    }

    @Test
    void aPodThatLosesItsNetworkKeepsItsPhaseButNotItsAddressOrReadiness() {
        ObjectNode before = running();
        PodView pod = pod("", before);
        ObjectNode status = PodStatus.waiting(pod, HOST_IPS, T1).toJson();
        assertThat(status.path("phase").asString()).isEqualTo("Running");
        assertThat(status.path("podIP").isNull()).isTrue();
        assertThat(status.path("podIPs").isNull()).isTrue();
        assertThat(StatusDifference.none(before, status)).isFalse();
        assertThat(status.at("/conditions/3/status").asString()).isEqualTo("False");
        assertThat(status.at("/containerStatuses/0/state/waiting/reason").asString())
                .isEqualTo("ContainerCreating");
        assertThat(status.at("/containerStatuses/0/lastState/terminated/exitCode").asInt())
                .isEqualTo(137);
        ObjectNode again = status(pod("", status), new Container.Listening(), "one", Map.of(), T1);
        assertThat(again.at("/containerStatuses/0/restartCount").asInt()).isEqualTo(1);
        assertThat(again.at("/conditions/3/status").asString()).isEqualTo("True");
    }

    @Test
    void aPodThatIsCutOffIsNotReadyThoughItsContainersAre() {
        Optional<String> cutOff = Optional.of("the pod's network cannot be repaired: EBUSY");
        PodView running = pod("", running());
        PodView cut =
                pod("", status(running, new Container.Listening(), "one", Map.of(), cutOff, T1));
        assertThat(cut.ready()).isFalse();
        assertThat(cut.json().at("/status/containerStatuses/0/ready").asBoolean()).isTrue();
        assertThat(cut.conditions())
                .filteredOn(c -> c.type().equals("Ready"))
                .singleElement()
                .satisfies(c -> assertThat(c.reason()).isEqualTo("PodNetworkNotReady"));
        ObjectNode healed = status(cut, new Container.Listening(), "one", Map.of(), T1);
        assertThat(pod("", healed).ready()).isTrue();
    }
}
