package io.biplane.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.NodeView;
import io.biplane.api.view.PodView;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.DeleteOptions;
import io.biplane.client.PatchType;
import io.biplane.client.informer.Informers;
import io.biplane.client.testing.FakeApi;
import io.biplane.linux.NamespaceThread;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.events.KernelEvents;
import io.biplane.linux.testing.KernelTest;
import io.biplane.linux.testing.Witness;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.network.fabric.ClusterNetwork;
import io.biplane.network.fabric.Fabric;
import io.biplane.network.fabric.HostSide;
import io.biplane.network.fabric.NodeRoutes;
import io.biplane.network.pod.PodId;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

@KernelTest
class NodeAgentsKernelTest {
    private static final ClusterNetwork NETWORK = ClusterNetwork.plan("hnod", 2);
    private static final String HOST = "hnod-host";
    private static final int NODES = 2;

    @TempDir Path directory;
    private final FakeApi api = new FakeApi();
    private final List<Process> standIns = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private HostSide host;
    private NodeAgents agents;

    @BeforeEach
    void aClusterOfTwoNodes() {
        host = new HostSide(NetworkNamespace.create(HOST), directory);
        new Fabric(NETWORK, host).up(NODES);
        agents = startAgents();
        api.await(Kinds.NODES, nodes -> nodes.size() == NODES);
        for (int i = 1; i <= NODES; i++) {
            patchNode(
                    "node-" + i,
                    "{'spec':{'podCIDR':'10.242.%d.0/24','podCIDRs':['10.242.%d.0/24','fd00:10:242:%d::/64']}}"
                            .formatted(i, i, i));
        }
        api.await(Kinds.NODES, nodes -> nodes.stream().allMatch(node -> NodeView.of(node).ready()));
    }

    private void patchNode(String node, String patch) {
        api.client()
                .patch(
                        Kinds.NODES,
                        null,
                        node,
                        PatchType.MERGE,
                        JsonMapper.shared().readTree(patch.replace('\'', '"')));
    }

    private NodeAgents startAgents() {
        List<NodeConfig> nodes = new ArrayList<>();
        for (int i = 1; i <= NODES; i++) {
            nodes.add(NodeConfig.of("node-" + i, NETWORK.nodeAddresses(i)));
        }
        Informers informers = new Informers(api.client());
        KernelEvents kernelEvents = KernelEvents.start("kernel-events");
        NodeAgents started =
                new NodeAgents(
                        new AgentsConfig(
                                NETWORK,
                                nodes,
                                directory.resolve("standins.sock"),
                                this::launchStandIns,
                                "v1.36.0"),
                        api.client(),
                        informers,
                        kernelEvents);
        var nodeInformer = informers.informer(ViewedKind.NODES);
        NodeRoutes fabricRoutes = NodeRoutes.ofFabric(NETWORK);
        fabricRoutes.start(nodeInformer, kernelEvents, (_, _) -> {});
        opened.add(fabricRoutes);
        for (int i = 1; i <= NODES; i++) {
            NodeRoutes routes = NodeRoutes.ofNode(NETWORK, "node-" + i);
            routes.start(nodeInformer, kernelEvents, (_, _) -> {});
            opened.add(routes);
        }
        informers.start();
        opened.add(informers);
        opened.add(kernelEvents);
        started.start();
        return started;
    }

    private void launchStandIns() {
        try {
            standIns.add(
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                    "--enable-native-access=ALL-UNNAMED",
                                    "-XX:+UseSerialGC",
                                    "-XX:TieredStopAtLevel=1",
                                    "-Xmx64m",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    "io.biplane.node.standin.StandIns",
                                    "--socket=" + directory.resolve("standins.sock"),
                                    "--state=" + directory.resolve("standins.json"))
                            .inheritIO()
                            .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        stopAgents();
        api.close();
        // Agents that end before their stand-ins answer leave them to the next ones, who launch
        // more.
        for (Process each : standIns) {
            each.destroyForcibly().waitFor();
        }
        Fabric.down(NETWORK.name(), host);
        host.namespace().close();
        NetworkNamespace.delete(HOST);
        assertThat(NetworkNamespace.list()).noneMatch(name -> name.startsWith("hnod-"));
    }

    private void stopAgents() throws Exception {
        agents.close();
        for (AutoCloseable each : opened) {
            each.close();
        }
        opened.clear();
    }

    private void createPod(String name, String node, String container) {
        api.create(
                ("{'apiVersion':'v1','kind':'Pod','metadata':{'namespace':'default','name':'%s',"
                                + "'labels':{'app':'MyApp'}},'spec':{'nodeName':'%s','containers':[{'name':'main',"
                                + "'image':'x'%s}]}}")
                        .formatted(name, node, container));
    }

    private List<PodView> awaitPods(Predicate<List<PodView>> condition) {
        return api
                .await(Kinds.PODS, pods -> condition.test(pods.stream().map(PodView::of).toList()))
                .stream()
                .map(PodView::of)
                .toList();
    }

    /** Until the pod's status says that it waits: an event may tell of it sooner. */
    private void awaitWaiting(String name) {
        PodView waiting =
                awaitPods(pods ->
                                pods.stream()
                                        .anyMatch(p ->
                                                p.name().equals(name)
                                                        && reason(p).equals("ContainerCreating")))
                        .stream()
                        .filter(p -> p.name().equals(name))
                        .findFirst()
                        .orElseThrow();
        assertThat(waiting.phase()).isEqualTo("Pending");
        assertThat(waiting.ready()).isFalse();
        assertThat(waiting.ips()).isEmpty();
    }

    private static String reason(PodView pod) {
        return pod.json().at("/status/containerStatuses/0/state/waiting/reason").asString("");
    }

    private PodView awaitReady(String name) {
        return awaitPods(pods -> pods.stream().anyMatch(p -> p.name().equals(name) && p.ready()))
                .stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Path node(int index) {
        return NetworkNamespace.DIRECTORY.resolve(NETWORK.nodeNamespace("node-" + index));
    }

    @ParameterizedTest
    @EnumSource(IpFamily.class)
    void aPodAnswersFromEverywhereOnDeclaredServiceAndProbePorts(IpFamily family) throws Exception {
        api.create(
                "{'apiVersion':'v1','kind':'Service','metadata':{'namespace':'default','name':'my-service'},"
                        + "'spec':{'selector':{'app':'MyApp'},'ports':[{'port':80,'targetPort':9376,'protocol':'TCP'}]}}");
        createPod(
                "web",
                "node-1",
                ",'ports':[{'containerPort':8080},{'containerPort':5353,'protocol':'UDP'}],"
                        + "'readinessProbe':{'httpGet':{'port':8081,'path':'/ready'}}");
        PodView pod = awaitReady("web");
        assertThat(pod.ips()).hasToString("[10.242.1.2, fd00:10:242:1::2]");
        assertThat(pod.hostIps()).isEqualTo(NETWORK.nodeAddresses(1));
        Addr ip = pod.ip(family).orElseThrow();
        Addr asker = NETWORK.node(2, family);
        awaitRoute(node(2), ip);
        for (int port : new int[] {8080, 8081, 9376}) {
            String answer = Ask.http(node(2), ip, port, "/?format=json");
            ObjectNode json = (ObjectNode) JsonMapper.shared().readTree(answer);
            assertThat(json.path("pod").asString()).isEqualTo("web");
            assertThat(json.path("node").asString()).isEqualTo("node-1");
            assertThat(json.path("family").asString()).isEqualTo(family.apiName());
            assertThat(json.path("client").asString()).isEqualTo(asker.toString());
            assertThat(json.path("server").asString()).isEqualTo(ip.toString());
            assertThat(json.path("serverPort").asInt()).isEqualTo(port);
        }
        assertThat(Ask.udp(node(2), ip, 5353, "hostname")).isEqualTo("web");
        assertThat(Ask.udp(node(2), ip, 5353, "echo me")).isEqualTo("me");
        assertThat(Ask.tcp(node(2), ip, 8080, "\u0001raw\n")).isEqualTo("\u0001raw\n");
        assertThat(Ask.http(node(2), ip, 8080, "/hostname")).isEqualTo("web");
        assertThat(Ask.http(node(2), ip, 8080, "/echo?msg=a%20b")).isEqualTo("a b");
        assertThat(
                        Ask.http(
                                node(2),
                                ip,
                                8080,
                                "/dial?host=%s&port=8080&request=hostname&tries=2".formatted(ip)))
                .isEqualTo("{\"responses\":[\"web\",\"web\"]}");
        Path outside = NetworkNamespace.DIRECTORY.resolve(NETWORK.outsideNamespace());
        assertThat(Ask.http(node(1), NETWORK.outsideHost(family), 80, "/clientip"))
                .contains(NETWORK.node(1, family).toString());
        assertThat(Ask.udp(outside, NETWORK.outsideHost(family), 5353, "hostname"))
                .isEqualTo("outside");
    }

    /** Routes follow the Nodes in their own time. */
    private static void awaitRoute(Path from, Addr to) throws IOException {
        long deadline = System.nanoTime() + 5_000_000_000L;
        while (true) {
            try {
                Ask.http(from, to, 8080, "/");
                return;
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }

    @Test
    void aHostNetworkPodAnswersOnTheNodesAddresses() throws Exception {
        api.create(
                "{'apiVersion':'v1','kind':'Pod','metadata':{'namespace':'default','name':'agent'},"
                        + "'spec':{'nodeName':'node-2','hostNetwork':true,'containers':[{'name':'main','image':'agnhost',"
                        + "'args':['netexec','--http-port=8083','--udp-port','8084']}]}}");
        PodView pod = awaitReady("agent");
        assertThat(pod.ips()).isEqualTo(NETWORK.nodeAddresses(2));
        for (Addr ip : pod.ips()) {
            assertThat(Ask.http(node(1), ip, 8083, "/hostname")).isEqualTo("node-2");
            assertThat(Ask.udp(node(1), ip, 8084, "clientip"))
                    .contains(NETWORK.node(1, ip.family()).toString());
        }
    }

    @Test
    void aRestartedAgentAdoptsPodsAndTheirConnections() throws Exception {
        createPod("web", "node-1", ",'ports':[{'containerPort':8080}]");
        PodView pod = awaitReady("web");
        try (SocketChannel connection = NamespaceThread.in(node(1), () -> SocketChannel.open())) {
            connection.connect(new InetSocketAddress(pod.ips().getFirst().toInetAddress(), 8080));
            assertThat(echo(connection, "1")).isEqualTo("1");
            stopAgents();
            assertThat(echo(connection, "2")).isEqualTo("2");
            agents = startAgents();
            createPod("db", "node-1", ",'ports':[{'containerPort':8080}]");
            assertThat(awaitReady("db").ips()).doesNotContainAnyElementsOf(pod.ips());
            assertThat(echo(connection, "3")).isEqualTo("3");
        }
        assertThat(awaitReady("web").json().path("status")).isEqualTo(pod.json().path("status"));
    }

    /** What nobody kept for a while is put right, told of, and open connections go on. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ip -n NODE route del 10.242.1.2",
                "ip -n NODE -6 route del fd00:10:242:1::2",
                "ip -n NODE link set LINK down",
                "ip -n NODE neigh flush dev LINK nud permanent",
                "ip -n POD addr del 10.242.1.2/32 dev eth0",
                "ip -n POD -6 route del default",
                "ip -n POD link set eth0 down"
            })
    void aRestartedAgentRepairsWhatItAdopts(String damage) throws Exception {
        createPod("web", "node-1", ",'ports':[{'containerPort':8080}]");
        PodView pod = awaitReady("web");
        try (SocketChannel connection = NamespaceThread.in(node(1), () -> SocketChannel.open())) {
            connection.connect(new InetSocketAddress(pod.ips().getFirst().toInetAddress(), 8080));
            assertThat(echo(connection, "1")).isEqualTo("1");
            stopAgents();
            damage(pod, damage);
            agents = startAgents();
            awaitEvent("NetworkRepaired");
            assertThat(echo(connection, "2")).isEqualTo("2");
        }
        assertThat(awaitReady("web").ips()).isEqualTo(pod.ips());
        assertThat(Ask.http(node(2), pod.ips().getLast(), 8080, "/hostname")).isEqualTo("web");
    }

    /** What adopting cannot save is made anew, with the same addresses, and an event says so. */
    @ParameterizedTest
    @ValueSource(
            strings = {"ip -n NODE link del LINK", "ip -n POD link del eth0", "ip netns del POD"})
    void aRestartedAgentMakesAnewWhatItCannotAdoptAndTellsOfIt(String damage) throws Exception {
        createPod("web", "node-1", ",'ports':[{'containerPort':8080}]");
        PodView pod = awaitReady("web");
        stopAgents();
        damage(pod, damage);
        agents = startAgents();
        awaitEvent("SandboxChanged");
        assertThat(awaitReady("web").ips()).isEqualTo(pod.ips());
        for (Addr ip : pod.ips()) {
            awaitRoute(node(2), ip);
        }
    }

    private void awaitEvent(String reason) {
        api.await(
                Kinds.EVENTS,
                all -> all.stream().anyMatch(e -> Fields.text(e, "reason").equals(reason)));
    }

    /** Does something to a pod's network: its node, its namespace and its link have stand-ins. */
    private static void damage(PodView pod, String command) throws Exception {
        run(
                command.replace("NODE", NETWORK.nodeNamespace(pod.nodeName()))
                        .replace("POD", NETWORK.podNamespacePrefix() + "default_" + pod.name())
                        .replace("LINK", new PodId("default", pod.name(), pod.uid()).link()));
    }

    private static void run(String command) throws Exception {
        Process process = new ProcessBuilder(command.split(" ")).inheritIO().start();
        assertThat(process.waitFor()).as(command).isZero();
    }

    private static String echo(SocketChannel connection, String text) throws IOException {
        connection.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        ByteBuffer answer = ByteBuffer.allocate(16);
        connection.read(answer);
        return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
    }

    @Test
    void killedStandInsAreStartedAgainAndTheRestartIsCounted() throws Exception {
        createPod("web", "node-1", ",'ports':[{'containerPort':8080}]");
        PodView before = awaitReady("web");
        standIns.getLast().destroyForcibly().waitFor();
        List<PodView> after =
                awaitPods(pods -> pods.stream().allMatch(p -> p.ready() && restarts(p) == 1));
        assertThat(after.getFirst().ips()).isEqualTo(before.ips());
        assertThat(Ask.http(node(1), before.ips().getLast(), 8080, "/hostname")).isEqualTo("web");
    }

    private static int restarts(PodView pod) {
        return pod.json().at("/status/containerStatuses/0/restartCount").asInt();
    }

    @Test
    void aContainerThatExitsIsStartedAgain() throws Exception {
        createPod("web", "node-1", ",'ports':[{'containerPort':8080}]");
        PodView pod = awaitReady("web");
        Ask.http(node(1), pod.ips().getFirst(), 8080, "/exit?code=3");
        PodView after =
                awaitPods(pods -> pods.stream().allMatch(p -> p.ready() && restarts(p) == 1))
                        .getFirst();
        assertThat(
                        after.json()
                                .at("/status/containerStatuses/0/lastState/terminated/exitCode")
                                .asInt())
                .isEqualTo(3);
        assertThat(Ask.http(node(1), pod.ips().getFirst(), 8080, "/hostname")).isEqualTo("web");
    }

    @Test
    void aDeletedPodLeavesNothing() throws Exception {
        createPod("web", "node-1", ",'ports':[{'containerPort':8080}]");
        awaitReady("web");
        api.client().delete(Kinds.PODS, "default", "web", DeleteOptions.DEFAULT.withGrace(1));
        api.await(Kinds.PODS, List::isEmpty);
        assertThat(NetworkNamespace.list()).noneMatch(n -> n.startsWith("hnod-pod-"));
        assertThat(
                        new String(
                                new ProcessBuilder(
                                                "ip",
                                                "-n",
                                                "hnod-node-1",
                                                "route",
                                                "show",
                                                "type",
                                                "unicast")
                                        .start()
                                        .getInputStream()
                                        .readAllBytes(),
                                StandardCharsets.UTF_8))
                .doesNotContain("dev v");
    }

    @Test
    void podsWithoutAFreeAddressWaitWithAnEventAndGoOnWhenOneIsFree() throws Exception {
        patchNode(
                "node-1",
                "{'spec':{'podCIDR':'10.242.1.0/29','podCIDRs':['10.242.1.0/29','fd00:10:242:1::/64']}}");
        for (int i = 1; i <= 5; i++) {
            createPod("web-" + i, "node-1", ",'ports':[{'containerPort':8080}]");
        }
        awaitPods(pods -> pods.size() == 5 && pods.stream().allMatch(PodView::ready));
        createPod("late", "node-1", ",'ports':[{'containerPort':8080}]");
        List<ObjectNode> events = api.await(Kinds.EVENTS, all -> !all.isEmpty());
        assertThat(events.getFirst().path("reason").asString()).isEqualTo("FailedCreatePodSandBox");
        assertThat(events.getFirst().path("message").asString())
                .startsWith("Failed to create pod sandbox: ")
                .contains("10.242.1.0/29");
        assertThat(events.getFirst().at("/involvedObject/name").asString()).isEqualTo("late");
        assertThat(events.getFirst().at("/source/host").asString()).isEqualTo("node-1");
        awaitWaiting("late");
        api.client().delete(Kinds.PODS, "default", "web-3", DeleteOptions.DEFAULT.withGrace(1));
        long freed = System.nanoTime();
        PodView pod = awaitReady("late");
        System.out.printf(
                "a waiting pod was ready %d ms after another was deleted%n",
                (System.nanoTime() - freed) / 1_000_000);
        assertThat(Ask.http(node(1), pod.ips().getFirst(), 8080, "/hostname")).isEqualTo("late");
        assertThat(api.all(Kinds.EVENTS)).hasSize(1);
    }

    @Test
    void aPodOfANodeWithoutPodCidrsSaysSo() throws Exception {
        stopAgents();
        patchNode("node-2", "{'spec':{'podCIDR':null,'podCIDRs':null}}");
        createPod("early", "node-2", ",'ports':[{'containerPort':8080}]");
        agents = startAgents();
        ObjectNode event = api.await(Kinds.EVENTS, all -> !all.isEmpty()).getFirst();
        assertThat(event.path("reason").asString()).isEqualTo("NetworkNotReady");
        assertThat(event.path("message").asString())
                .isEqualTo("network is not ready: node node-2 has no podCIDRs yet");
        patchNode(
                "node-2",
                "{'spec':{'podCIDR':'10.242.2.0/24','podCIDRs':['10.242.2.0/24','fd00:10:242:2::/64']}}");
        awaitReady("early");
        assertThat(api.all(Kinds.EVENTS)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.242.2.0/24 | fd00:10:242:2::/127 | Network fd00:10:242:2::/127 too small to allocate from (no pod fits a node block of /127: give kube-controller-manager --node-cidr-mask-size-ipv6 126 or less, then make the Node anew)",
                "8.8.8.0/24 | fd00:10:242:2::/64 | podCIDR 8.8.8.0/24 is not in the cluster's pod range 10.242.0.0/16: make the Node anew, without a podCIDR",
                "10.242.2.0/24 | 2001:4860::/64 | podCIDR 2001:4860::/64 is not in the cluster's pod range fd00:10:242::/56: make the Node anew, without a podCIDR"
            })
    void aNodeWhoseBlockHoldsNoPodIsNotReadyAndItsPodsSayWhy(String v4, String v6, String why)
            throws Exception {
        patchNode(
                "node-2", "{'spec':{'podCIDR':'%s','podCIDRs':['%s','%s']}}".formatted(v4, v4, v6));
        NodeView node =
                api
                        .await(
                                Kinds.NODES,
                                nodes -> nodes.stream().anyMatch(n -> !NodeView.of(n).ready()))
                        .stream()
                        .map(NodeView::of)
                        .filter(n -> !n.ready())
                        .findFirst()
                        .orElseThrow();
        assertThat(node.name()).isEqualTo("node-2");
        assertThat(node.conditions())
                .filteredOn(c -> c.type().equals("Ready"))
                .singleElement()
                .satisfies(c ->
                        assertThat(c.message())
                                .isEqualTo(
                                        "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:"
                                                + why));
        createPod("web", "node-2", ",'ports':[{'containerPort':8080}]");
        ObjectNode event = api.await(Kinds.EVENTS, all -> !all.isEmpty()).getFirst();
        assertThat(event.path("reason").asString()).isEqualTo("FailedCreatePodSandBox");
        assertThat(event.path("message").asString())
                .isEqualTo("Failed to create pod sandbox: " + why);
        awaitWaiting("web");
        // As good as new with other blocks: nothing of the bad ones is left.
        patchNode(
                "node-2",
                "{'spec':{'podCIDR':'10.242.2.0/24','podCIDRs':['10.242.2.0/24','fd00:10:242:2::/126']}}");
        assertThat(awaitReady("web").ips()).hasToString("[10.242.2.2, fd00:10:242:2::2]");
        api.await(Kinds.NODES, nodes -> nodes.stream().allMatch(n -> NodeView.of(n).ready()));
    }

    @Test
    void aPodThatIsDeletedWhileTheAgentsAreAwayLeavesNothing() throws Exception {
        patchNode(
                "node-1",
                "{'spec':{'podCIDR':'10.242.1.0/30','podCIDRs':['10.242.1.0/30','fd00:10:242:1::/64']}}");
        createPod("web", "node-1", ",'ports':[{'containerPort':8080}]");
        awaitReady("web");
        stopAgents();
        api.client().delete(Kinds.PODS, "default", "web", DeleteOptions.DEFAULT.withGrace(1));
        agents = startAgents();
        api.await(Kinds.PODS, List::isEmpty);
        assertThat(NetworkNamespace.list()).noneMatch(n -> n.startsWith("hnod-pod-"));
        createPod("next", "node-1", ",'ports':[{'containerPort':8080}]");
        assertThat(awaitReady("next").ips().getFirst()).hasToString("10.242.1.2"); // the only one
    }

    private static String residentOf(Process process) throws IOException {
        return Files.readAllLines(Path.of("/proc/%d/status".formatted(process.pid()))).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .findFirst()
                .orElse("gone");
    }

    @Test
    void aHundredPodsBecomeReadyWithOneStatusWriteEach() throws IOException {
        long start = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            createPod("web-" + i, "node-" + (1 + i % NODES), ",'ports':[{'containerPort':8080}]");
        }
        List<PodView> pods =
                awaitPods(all -> all.size() == 100 && all.stream().allMatch(PodView::ready));
        System.out.printf(
                "100 pods ready after %d ms, stand-ins %s%n",
                (System.nanoTime() - start) / 1_000_000, residentOf(standIns.getLast()));
        assertThat(pods.stream().flatMap(p -> p.ips().stream()).distinct()).hasSize(200);
        assertThat(api.count("PATCH", "/pods/")).isEqualTo(100);
    }

    @Test
    void aPodWhoseLinkIsDeletedIsConnectedAgainAndAnEventTellsOfIt() throws Exception {
        createPod("web", "node-1", ",'ports':[{'containerPort':8080}]");
        PodView pod = awaitReady("web");
        try (SocketChannel connection = NamespaceThread.in(node(1), () -> SocketChannel.open())) {
            connection.connect(new InetSocketAddress(pod.ips().getLast().toInetAddress(), 8080));
            assertThat(echo(connection, "1")).isEqualTo("1");
            try (NetworkNamespace inside = NetworkNamespace.open("hnod-pod-default_web")) {
                String _ = Witness.run(inside, "", "ip", "link", "del", "eth0");
            }
            api.await(
                    Kinds.EVENTS,
                    events ->
                            events.stream()
                                    .anyMatch(event ->
                                            event.path("reason")
                                                            .asString("")
                                                            .equals("NetworkRepaired")
                                                    && event.at("/involvedObject/uid")
                                                            .asString("")
                                                            .equals(pod.uid())));
            assertThat(echo(connection, "2")).isEqualTo("2");
        }
        PodView after = awaitReady("web");
        assertThat(restarts(after)).isZero();
        for (Addr ip : after.ips()) {
            assertThat(Ask.http(node(1), ip, 8080, "/hostname")).isEqualTo("web");
        }
    }
}
