package io.biplane.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.api.view.PodView;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.events.KernelEvents;
import io.biplane.linux.testing.KernelTest;
import io.biplane.linux.testing.Witness;
import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;
import io.biplane.network.fabric.ClusterNetwork;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Who has which address of a node's blocks, whatever fails, restarts or changes. */
@KernelTest
final class NodePodsKernelTest {
    private static final ClusterNetwork NETWORK = ClusterNetwork.plan("hnps", 7);
    private static final List<Prefix> BLOCKS = blocks("10.237.1.0/24", "fd00:10:237:1::/64");

    /** Room for one pod: 10.237.2.2. */
    private static final List<Prefix> TINY = blocks("10.237.2.0/30");

    private static final String FULL = "no IP addresses available in range set: 10.237.2.2-";

    private final KernelThreadsThatFail kernel = new KernelThreadsThatFail();
    private final KernelEvents events = KernelEvents.start("node-pods-test");
    private NetworkNamespace node;
    private NodePods pods;

    /** Does nothing but refuse while it fails. */
    private static final class KernelThreadsThatFail extends ThreadPoolExecutor {
        volatile boolean fails;

        KernelThreadsThatFail() {
            super(2, 2, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        }

        @Override
        public <T> Future<T> submit(Callable<T> task) {
            return fails
                    ? CompletableFuture.failedFuture(new IllegalStateException("refused"))
                    : super.submit(task);
        }
    }

    @BeforeEach
    void aNode() {
        node = NetworkNamespace.create(NETWORK.nodeNamespace("node-1"));
        pods = open();
    }

    @AfterEach
    void nothingIsLeft() {
        pods.close();
        events.close();
        kernel.shutdown();
        node.close();
        podNamespaces().forEach(NetworkNamespace::delete);
        NetworkNamespace.delete(NETWORK.nodeNamespace("node-1"));
    }

    private NodePods open() {
        NodeConfig config = NodeConfig.of("node-1", NETWORK.nodeAddresses(1));
        return new NodePods(config, NETWORK, kernel, events, _ -> {});
    }

    /** As when the agents' process is another one; the pods stay. */
    private void restart(List<Prefix> blocks, PodView... known) {
        pods.close();
        pods = open();
        assertThat(pods.podCidrs(blocks, List.of(known))).isTrue();
    }

    private static List<Prefix> blocks(String... blocks) {
        return Arrays.stream(blocks).map(Prefix::parse).toList();
    }

    private static List<String> podNamespaces() {
        return NetworkNamespace.list().stream()
                .filter(name -> name.startsWith(NETWORK.podNamespacePrefix()))
                .toList();
    }

    private static PodView pod(String name, String... ips) {
        return podOf(name, "'spec':{}", "Running", ips);
    }

    private static PodView podOf(String name, String spec, String phase, String... ips) {
        List<String> podIps = Stream.of(ips).map("{'ip':'%s'}"::formatted).toList();
        return PodView.of(
                StandInPortsTest.tree(
                        "{'metadata':{'namespace':'x','name':'%s','uid':'%s-uid'},%s,'status':{'phase':'%s','podIPs':%s}}"
                                .formatted(name, name, spec, phase, podIps)));
    }

    /** The pod's addresses once it is attached; {@code *} before them if it was not before. */
    private String attach(PodView pod) {
        NodePods.Attached attached = pods.attach(pod);
        List<Addr> addresses = attached.network().addresses();
        List<String> texts = addresses.stream().map(Addr::toString).toList();
        return (attached.anew() ? "*" : "") + String.join(" ", texts);
    }

    private void detach(PodView pod, String... addresses) {
        pods.detach(NodePods.idOf(pod), Arrays.stream(addresses).map(Addr::parse).toList());
    }

    private List<String> links() {
        return Witness.ip(node, "link").findValuesAsString("ifname").stream()
                .filter(name -> !name.equals("lo"))
                .toList();
    }

    @Test
    void podsKeepTheirNetworksAcrossARestartOfTheAgents() {
        assertThat(pods.hasPodCidrs()).isFalse();
        assertThat(pods.podCidrs(List.of(), List.of())).isFalse();
        assertThat(pods.podCidrs(BLOCKS, List.of())).isTrue();
        assertThat(pods.podCidrs(BLOCKS, List.of(pod("late", "10.237.1.2")))).isFalse();
        PodView web = pod("web");
        PodView db = pod("db");
        assertThat(attach(web)).isEqualTo("10.237.1.2 fd00:10:237:1::2");
        assertThat(attach(db)).isEqualTo("10.237.1.3 fd00:10:237:1::3");
        List<String> links = links();

        restart(BLOCKS, db, web); // their status was never written
        assertThat(attach(pod("new"))).isEqualTo("10.237.1.4 fd00:10:237:1::4");
        assertThat(attach(web)).isEqualTo("10.237.1.2 fd00:10:237:1::2");
        NetworkNamespace.delete(NodePods.idOf(db).netns(NETWORK.podNamespacePrefix()));
        assertThat(attach(db)).isEqualTo("*10.237.1.3 fd00:10:237:1::3");
        assertThat(links()).hasSize(3).containsAll(links);
        assertThat(pods.removeOrphans(List.of(db, pod("other")))).isEqualTo(2);
        assertThat(links()).containsExactly(NodePods.idOf(db).link());
    }

    @Test
    void onlyWholeAndUndisputedAddressesArePodsOwn() {
        restart(
                BLOCKS,
                pod("first", "fd00:10:237:1::2", "10.237.1.5"), // in the order of another primary
                pod("same", "10.237.1.2", "fd00:10:237:1::2"), // its second is first's
                pod("freed", "10.237.1.2", "fd00:10:237:1::3"), // which same cannot have alone
                pod("single", "10.237.1.3"),
                pod("foreign", "10.237.9.9", "fd00:10:237:1::4"),
                pod("gateway", "10.237.1.1", "fd00:10:237:1::5"),
                podOf(
                        "host",
                        "'spec':{'hostNetwork':true}",
                        "Running",
                        "10.237.1.3",
                        "fd00:10:237:1::4"),
                podOf("over", "'spec':{}", "Succeeded", "10.237.1.4", "fd00:10:237:1::7"));
        assertThat(attach(pod("new"))).isEqualTo("10.237.1.3 fd00:10:237:1::4");
        assertThat(attach(pod("first"))).isEqualTo("*10.237.1.5 fd00:10:237:1::2");
        assertThat(attach(pod("freed"))).isEqualTo("*10.237.1.2 fd00:10:237:1::3");
        assertThat(attach(pod("same"))).isEqualTo("10.237.1.4 fd00:10:237:1::5");
        assertThat(attach(pod("single"))).isEqualTo("10.237.1.6 fd00:10:237:1::6");
    }

    @Test
    void whatAPodWasToHaveIsFreeAgainWhenItCannotBeAttached() {
        pods.podCidrs(TINY, List.of());
        kernel.fails = true;
        assertThatThrownBy(() -> pods.attach(pod("web"))).hasMessage("refused");
        kernel.fails = false;
        assertThat(attach(pod("db"))).isEqualTo("10.237.2.2");
        assertThatThrownBy(() -> pods.attach(pod("web"))).hasMessageStartingWith(FULL);
        kernel.fails = true;
        assertThatThrownBy(() -> detach(pod("db"), "10.237.2.2")).hasMessage("refused");
        assertThatThrownBy(() -> pods.attach(pod("web"))).hasMessageStartingWith(FULL);
        kernel.fails = false;
        detach(pod("db"), "10.237.2.2");
        assertThat(attach(pod("web"))).isEqualTo("10.237.2.2");
    }

    @Test
    void aPodThatWasThereKeepsItsNetworkWhenTheKernelRefusesOnce() {
        pods.podCidrs(TINY, List.of());
        assertThat(attach(pod("web"))).isEqualTo("10.237.2.2");
        restart(TINY, pod("web"));
        kernel.fails = true;
        assertThatThrownBy(() -> pods.attach(pod("web"))).hasMessage("refused");
        kernel.fails = false;
        assertThatThrownBy(() -> pods.attach(pod("db"))).hasMessageStartingWith(FULL);
        assertThat(attach(pod("web"))).isEqualTo("10.237.2.2");
        pods.forget(pod("web")); // it was looked at by now
        assertThat(links()).containsExactly(NodePods.idOf(pod("web")).link());
    }

    @Test
    void aPodThatEndsBeforeItWasLookedAtLeavesNothing() {
        pods.podCidrs(TINY, List.of());
        assertThat(attach(pod("web"))).isEqualTo("10.237.2.2");
        restart(TINY, pod("web"));
        kernel.fails = true;
        assertThatThrownBy(() -> pods.forget(pod("web"))).hasMessage("refused");
        kernel.fails = false;
        assertThatThrownBy(() -> pods.attach(pod("db"))).hasMessageStartingWith(FULL);
        pods.forget(pod("web"));
        assertThat(links()).isEmpty();
        assertThat(podNamespaces()).isEmpty();
        assertThat(attach(pod("db"))).isEqualTo("10.237.2.2");
        pods.forget(pod("web"));
        pods.forget(pod("db")); // which the agents have looked at
        assertThat(links()).hasSize(1);
        assertThatThrownBy(() -> pods.attach(pod("new"))).hasMessageStartingWith(FULL);
    }

    @Test
    void podsKeepWhatTheyHaveWhenTheBlocksChange() {
        pods.podCidrs(TINY, List.of());
        assertThat(attach(pod("web"))).isEqualTo("10.237.2.2");
        List<Prefix> other = blocks("10.237.3.0/30");
        assertThat(pods.podCidrs(other, List.of(pod("web")))).isTrue();
        assertThat(attach(pod("db"))).isEqualTo("10.237.3.2");
        assertThat(pods.podCidrs(TINY, List.of(pod("web"), pod("db")))).isTrue();
        assertThatThrownBy(() -> pods.attach(pod("new"))).hasMessageStartingWith(FULL);
        detach(pod("db"), "10.237.3.2");
        assertThatThrownBy(() -> pods.attach(pod("new"))).hasMessageStartingWith(FULL);
        detach(pod("web"), "10.237.2.2");
        assertThat(pods.podCidrs(List.of(), List.of())).isFalse();
        assertThat(attach(pod("new"))).isEqualTo("10.237.2.2");
        assertThat(pods.podCidrs(other, List.of(pod("new")))).isTrue();
        assertThat(attach(pod("last"))).isEqualTo("10.237.3.2");
        detach(pod("last"), "10.237.3.2");
        restart(TINY, pod("new"));
        assertThat(pods.podCidrs(other, List.of())).isTrue();
        assertThat(attach(pod("new"))).isEqualTo("10.237.3.2");
    }

    @Test
    void noPodHasAnAddressOfBlocksThatCannotBe() {
        pods.podCidrs(BLOCKS, List.of());
        assertThat(attach(pod("web"))).isEqualTo("10.237.1.2 fd00:10:237:1::2");
        pods.podCidrs(blocks("10.237.1.0/24", "fd00:99::/64"), List.of());
        assertThat(pods.hasPodCidrs()).isTrue();
        assertThatThrownBy(() -> pods.attach(pod("db")))
                .hasMessageStartingWith("podCIDR fd00:99::/64 is not in the cluster's pod range");
        pods.podCidrs(blocks("10.237.1.0/31"), List.of());
        assertThatThrownBy(() -> pods.attach(pod("db")))
                .hasMessageStartingWith("Network 10.237.1.0/31 too small to allocate from");
        pods.podCidrs(BLOCKS, List.of());
        assertThat(attach(pod("db"))).isEqualTo("10.237.1.3 fd00:10:237:1::3");
    }

    @Test
    void manyWorkersGiveEachAddressOnce() throws Exception {
        pods.podCidrs(blocks("10.237.4.0/28", "fd00:10:237:4::/64"), List.of());
        List<Future<String>> results = new ArrayList<>();
        try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                PodView pod = pod("web-" + i);
                results.add(workers.submit(() -> attach(pod)));
            }
        }
        Map<Boolean, List<Future<String>>> attached =
                results.stream()
                        .collect(
                                Collectors.partitioningBy(
                                        result -> result.state() == Future.State.SUCCESS));
        assertThat(attached.get(false)).hasSize(7);
        assertThat(attached.get(true))
                .hasSize(13)
                .extracting(result -> result.resultNow().split(" ", -1)[0])
                .doesNotHaveDuplicates();
    }
}
