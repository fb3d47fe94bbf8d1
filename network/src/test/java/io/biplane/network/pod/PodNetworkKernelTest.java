package io.biplane.network.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.events.KernelEvents;
import io.biplane.linux.testing.Eventually;
import io.biplane.linux.testing.KernelTest;
import io.biplane.netip.Addr;
import io.biplane.network.fabric.Kernel;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

@KernelTest
class PodNetworkKernelTest {
    private static final String NODE = "hpod-node";
    private static final PodId WEB = new PodId("default", "web", "uid-1");
    private static final PodId DB = new PodId("default", "db", "uid-2");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final List<Addr> WEB_IPS =
            List.of(Addr.parse("10.244.1.2"), Addr.parse("fd00:10:244:1::2"));
    private static final List<Addr> DB_IPS =
            List.of(Addr.parse("fd00:10:244:1::3"), Addr.parse("10.244.1.3"));

    private final KernelEvents events = KernelEvents.start("pods-test");
    private final Set<PodId> suspected = ConcurrentHashMap.newKeySet();
    private NetworkNamespace node;
    private PodNetwork network;

    @BeforeEach
    void aNode() {
        node = NetworkNamespace.create(NODE);
        Kernel.in(NODE, "ip", "link", "set", "lo", "up");
        Kernel.in(NODE, "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        network = PodNetwork.open(node, "hpod-", events, suspected::add);
    }

    @AfterEach
    void nothingIsLeft() {
        network.detach(WEB);
        network.detach(DB);
        network.close();
        events.close();
        node.close();
        NetworkNamespace.delete(NODE);
        assertThat(NetworkNamespace.list()).noneMatch(name -> name.startsWith("hpod-"));
    }

    @Test
    void podsReachEachOtherInBothFamiliesWithTheirOwnAddresses() {
        Attachment web = network.attach(WEB, WEB_IPS);
        Attachment db = network.attach(DB, DB_IPS);
        assertThat(Kernel.connect(web.netns(), db.netns(), DB_IPS.get(0)))
                .isEqualTo(WEB_IPS.get(1));
        assertThat(Kernel.connect(web.netns(), db.netns(), DB_IPS.get(1)))
                .isEqualTo(WEB_IPS.get(0));
    }

    @Test
    void ipShowsExactlyThePodsLinksAddressesAndRoutes() {
        network.attach(WEB, WEB_IPS);
        String pod = "hpod-default_web";
        assertThat(lines(Kernel.in(pod, "ip", "-br", "addr")))
                .containsExactly(
                        "lo UNKNOWN 127.0.0.1/8 ::1/128",
                        "eth0@if1000 UP 10.244.1.2/32 fd00:10:244:1::2/128");
        assertThat(lines(Kernel.in(pod, "ip", "route")))
                .containsExactly("default via 169.254.1.1 dev eth0 proto static onlink");
        assertThat(lines(Kernel.in(pod, "ip", "-6", "route")))
                .containsExactly(
                        "fd00:10:244:1::2 dev eth0 proto kernel metric 256 pref medium",
                        "default via fe80::1 dev eth0 proto static metric 1024 onlink pref"
                                + " medium");
        assertThat(lines(Kernel.in(pod, "ip", "neigh", "show", "nud", "permanent")))
                .containsExactlyInAnyOrder(
                        "fe80::1 dev eth0 lladdr 02:90:00:00:00:01 PERMANENT",
                        "169.254.1.1 dev eth0 lladdr 02:90:00:00:00:01 PERMANENT");
        String link = WEB.link();
        assertThat(lines(Kernel.in(NODE, "ip", "route")))
                .containsExactly("10.244.1.2 dev %s proto static scope link".formatted(link));
        assertThat(lines(Kernel.in(NODE, "ip", "-6", "route")))
                .containsExactly(
                        "fd00:10:244:1::2 dev %s proto static metric 1024 pref medium"
                                .formatted(link));
    }

    private static List<String> lines(String output) {
        return output.lines().map(l -> l.replaceAll("\\s+", " ").strip()).toList();
    }

    @Test
    void attachedPodsAreFoundAgain() {
        network.attach(WEB, WEB_IPS);
        network.attach(DB, DB_IPS);
        try (PodNetwork restarted = PodNetwork.open(node, "hpod-", events, _ -> {})) {
            assertThat(restarted.list())
                    .isEqualTo(Map.of(WEB.link(), WEB_IPS, DB.link(), DB_IPS.reversed()));
            assertThat(restarted.adopt(WEB, WEB_IPS)).isPresent();
            assertThat(restarted.adopt(new PodId("default", "web", "uid-9"), WEB_IPS)).isEmpty();
        }
    }

    @Test
    void anEarlierAttemptThatWasCutShortIsMadeUpFor() {
        network.attach(WEB, WEB_IPS);
        Kernel.in(NODE, "ip", "route", "flush", "dev", WEB.link());
        Attachment web = network.attach(WEB, WEB_IPS);
        Attachment db = network.attach(DB, DB_IPS);
        assertThat(Kernel.connect(db.netns(), web.netns(), WEB_IPS.get(1)))
                .isEqualTo(DB_IPS.get(0));
    }

    @Test
    void detachingAnEarlierPodLeavesTheLaterOneOfItsName() {
        network.attach(WEB, WEB_IPS);
        PodId later = new PodId("default", "web", "uid-3");
        network.attach(later, DB_IPS);
        Kernel.run(
                "sh",
                "-c",
                "while ip -n hpod-node link show %s >/dev/null 2>&1; do :; done"
                        .formatted(WEB.link()));
        network.detach(WEB);
        assertThat(network.repair(later)).isEmpty();
        assertThat(network.adopt(later, DB_IPS)).isPresent();
        network.detach(later);
    }

    @Test
    void aDetachedPodsAddressIsRoutedNoMoreAndCanBeGivenAgain() {
        network.attach(WEB, WEB_IPS);
        network.detach(WEB);
        assertThat(Kernel.in(NODE, "ip", "route")).isEmpty();
        Attachment db = network.attach(DB, WEB_IPS);
        PodId client = new PodId("default", "client", "uid-4");
        Attachment from = network.attach(client, DB_IPS);
        assertThat(Kernel.connect(from.netns(), db.netns(), WEB_IPS.get(1)))
                .isEqualTo(DB_IPS.get(0));
        network.detach(client);
    }

    @Test
    void namesTooLongForAFileAreCutAndStayDistinct() {
        String longName = "n".repeat(253);
        List<String> names = new ArrayList<>();
        names.add(new PodId("default", longName, "u").netns("hpod-"));
        names.add(new PodId("default", longName + "x", "u").netns("hpod-"));
        assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.length() <= 255);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ip -n hpod-node link del LINK | link LINK is missing",
                "ip -n hpod-default_web link del eth0 | link LINK is missing",
                "ip -n hpod-node link set LINK down | link LINK is down",
                "ip -n hpod-default_web link set eth0 down | link eth0 is down",
                "ip -n hpod-default_web link set lo down | link lo is down",
                "ip -n hpod-default_web link set eth0 mtu 1280 | link eth0 has MTU 1280",
                "ip -n hpod-default_web link set eth0 address 02:00:00:00:00:07 | link eth0 has not the address 02:90:00:00:00:02",
                "ip -n hpod-default_web link set eth0 name eth1 | link LINK is missing",
                "ip -n hpod-node link set LINK name vx | link LINK is missing",
                "ip -n hpod-default_web addr del 10.244.1.2/32 dev eth0 | eth0: address 10.244.1.2/32 is missing",
                "ip -n hpod-default_web addr del fd00:10:244:1::2/128 dev eth0 | eth0: address fd00:10:244:1::2/128 is missing",
                "ip -n hpod-default_web -4 route del default | eth0: route 0.0.0.0/0 via 169.254.1.1 is missing",
                "ip -n hpod-default_web -6 route del default | eth0: route ::/0 via fe80::1 is missing",
                "ip -n hpod-default_web neigh flush dev eth0 nud permanent | eth0: neighbour fe80::1 is missing",
                "ip -n hpod-node route del 10.244.1.2 | LINK: route 10.244.1.2/32 is missing",
                "ip -n hpod-node -6 route del fd00:10:244:1::2 | LINK: route fd00:10:244:1::2/128 is missing",
                "ip -n hpod-node neigh del fd00:10:244:1::2 dev LINK | LINK: neighbour fd00:10:244:1::2 is missing",
                "ip netns del hpod-default_web | the namespace's name /run/netns/hpod-default_web is missing",
                "umount -l /run/netns/hpod-default_web | the namespace's name /run/netns/hpod-default_web is missing",
                "ip netns exec hpod-default_web sysctl -qw net.ipv6.conf.all.disable_ipv6=1 | net/ipv6/conf/all/disable_ipv6 was 1",
            })
    void damageIsHeardAndRepairedUnderAnOpenConnection(String damage, String named)
            throws Exception {
        Attachment web = network.attach(WEB, WEB_IPS);
        Attachment db = network.attach(DB, DB_IPS);
        try (OpenConnections connections =
                OpenConnections.between(db.netns(), web.netns(), WEB_IPS)) {
            Eventually.holds(PATIENCE, () -> network.repair(WEB).isEmpty() ? "" : "not settled");
            suspected.clear();
            Kernel.run("sh", "-c", damage.replace("LINK", WEB.link()));
            Eventually.holds(
                    PATIENCE, () -> suspected.contains(WEB) ? "" : "nothing was heard of it");
            assertThat(network.repair(WEB)).contains(named.replace("LINK", WEB.link()));
            assertThat(network.repair(WEB)).isEmpty();
            connections.goOn();
        }
        for (Addr address : WEB_IPS) {
            assertThat(Kernel.connect(db.netns(), Kernel.path("hpod-default_web"), address))
                    .isIn(DB_IPS);
        }
    }

    @Test
    void aPodWithoutVethLeavesNoNamespaceWhenItGoes() {
        network.attach(WEB, WEB_IPS);
        Kernel.in(NODE, "ip", "link", "del", WEB.link());
        network.detach(WEB);
        assertThat(NetworkNamespace.list()).doesNotContain("hpod-default_web");
    }
}
