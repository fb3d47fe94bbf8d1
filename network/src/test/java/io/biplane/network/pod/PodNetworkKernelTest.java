package io.biplane.network.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.NetworkNamespace;
import io.biplane.netip.Addr;
import io.biplane.network.fabric.Kernel;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

@Tag("kernel")
class PodNetworkKernelTest {
    private static final String NODE = "hpod-node";
    private static final PodId WEB = new PodId("default", "web", "uid-1");
    private static final PodId DB = new PodId("default", "db", "uid-2");
    private static final List<Addr> WEB_IPS =
            List.of(Addr.parse("10.244.1.2"), Addr.parse("fd00:10:244:1::2"));
    private static final List<Addr> DB_IPS =
            List.of(Addr.parse("fd00:10:244:1::3"), Addr.parse("10.244.1.3"));

    private NetworkNamespace node;
    private PodNetwork network;

    @BeforeEach
    void aNode() {
        node = NetworkNamespace.create(NODE);
        Kernel.in(NODE, "ip", "link", "set", "lo", "up");
        Kernel.in(NODE, "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        network = PodNetwork.open(node, "hpod-");
    }

    @AfterEach
    void nothingIsLeft() {
        network.detach(WEB, WEB_IPS);
        network.detach(DB, DB_IPS);
        network.close();
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
        try (PodNetwork restarted = PodNetwork.open(node, "hpod-")) {
            assertThat(restarted.list())
                    .isEqualTo(Map.of(WEB.link(), WEB_IPS, DB.link(), DB_IPS.reversed()));
            assertThat(restarted.intact(WEB, WEB_IPS)).isTrue();
            assertThat(restarted.intact(WEB, DB_IPS)).isFalse();
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
        network.detach(WEB, WEB_IPS);
        assertThat(network.intact(later, DB_IPS)).isTrue();
        network.detach(later, DB_IPS);
    }

    @Test
    void aDetachedPodsAddressIsRoutedNoMoreAndCanBeGivenAgain() {
        network.attach(WEB, WEB_IPS);
        network.detach(WEB, WEB_IPS);
        assertThat(Kernel.in(NODE, "ip", "route")).isEmpty();
        Attachment db = network.attach(DB, WEB_IPS);
        PodId client = new PodId("default", "client", "uid-4");
        Attachment from = network.attach(client, DB_IPS);
        assertThat(Kernel.connect(from.netns(), db.netns(), WEB_IPS.get(1)))
                .isEqualTo(DB_IPS.get(0));
        network.detach(client, DB_IPS);
    }

    @Test
    void namesTooLongForAFileAreCutAndStayDistinct() {
        String longName = "n".repeat(253);
        List<String> names = new ArrayList<>();
        names.add(new PodId("default", longName, "u").netns("hpod-"));
        names.add(new PodId("default", longName + "x", "u").netns("hpod-"));
        assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.length() <= 255);
    }
}
