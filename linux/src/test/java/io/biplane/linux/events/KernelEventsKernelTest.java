package io.biplane.linux.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.testing.Eventually;
import io.biplane.linux.testing.KernelTest;
import io.biplane.linux.testing.TestNamespaces;
import io.biplane.linux.testing.Witness;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

@KernelTest
final class KernelEventsKernelTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    @RegisterExtension final TestNamespaces namespaces = new TestNamespaces();
    private final KernelEvents events = KernelEvents.start("events-test");
    private final AtomicInteger heard = new AtomicInteger();
    private NetworkNamespace watched;
    private NetworkNamespace other;

    @BeforeEach
    void twoNamespaces() {
        watched = namespaces.create();
        other = namespaces.create();
        for (NetworkNamespace each : new NetworkNamespace[] {watched, other}) {
            Witness.run(each, "", "ip", "link", "add", "va", "type", "veth", "peer", "name", "vb");
            // A new namespace has the first one's IPv4 settings, whatever they are.
            Witness.run(each, "", "sysctl", "-qw", "net.ipv4.ip_forward=0");
            Witness.run(each, "", "ip", "link", "set", "va", "up");
            Witness.run(each, "", "ip", "addr", "add", "10.1.0.1/24", "dev", "va");
        }
    }

    @AfterEach
    void end() {
        events.close();
    }

    private void awaitHeard() {
        Eventually.holds(SOON, () -> heard.get() > 0 ? "" : "nothing was heard");
    }

    @ParameterizedTest
    @CsvSource({
        "LINKS, ip link set vb up",
        "LINKS, ip link del va",
        "ADDRESSES, ip addr add 10.2.0.1/24 dev va",
        "ADDRESSES, ip -6 addr add fd00:1::1/64 dev va nodad",
        "ADDRESSES, ip addr del 10.1.0.1/24 dev va",
        "ROUTES, ip route add unreachable 10.9.0.0/16",
        "ROUTES, ip -6 route add unreachable fd00:9::/64",
        "NEIGHBOURS, ip neigh add 10.1.0.2 lladdr 02:00:00:00:00:01 dev va",
        "NEIGHBOURS, ip -6 neigh add fe80::9 lladdr 02:00:00:00:00:01 dev va",
        "SETTINGS, sysctl -qw net.ipv4.ip_forward=1",
        "SETTINGS, sysctl -qw net.ipv6.conf.all.forwarding=1",
        "RULESET, nft add table ip filter",
    })
    void aChangeOfTheTopicIsHeardAndNoneOfAnotherNamespace(Topic topic, String command) {
        events.watch(watched, Set.of(topic), heard::incrementAndGet);
        Witness.run(other, "", command.split(" ", -1));
        Witness.run(watched, "", "true");
        assertThat(heard).hasValue(0);
        Witness.run(watched, "", command.split(" ", -1));
        awaitHeard();
    }

    @Test
    void aClosedWatchHearsNothingMore() {
        KernelEvents.Watch closed =
                events.watch(watched, EnumSet.allOf(Topic.class), heard::incrementAndGet);
        closed.close();
        AtomicInteger still = new AtomicInteger();
        events.watch(watched, Set.of(Topic.ROUTES), still::incrementAndGet);
        Witness.run(watched, "", "ip", "route", "add", "unreachable", "10.9.0.0/16");
        Eventually.holds(SOON, () -> still.get() > 0 ? "" : "nothing was heard");
        assertThat(heard).hasValue(0);
    }

    @Test
    void aListenerThatThrowsDoesNotEndTheOthers() {
        events.watch(
                watched,
                Set.of(Topic.ROUTES),
                () -> {
                    throw new IllegalStateException("of this test");
                });
        Witness.run(watched, "", "ip", "route", "add", "unreachable", "10.9.0.0/16");
        events.watch(watched, Set.of(Topic.ROUTES), heard::incrementAndGet);
        Witness.run(watched, "", "ip", "route", "add", "unreachable", "10.8.0.0/16");
        awaitHeard();
    }

    @Test
    void namesAndMountsOfNamespacesAreHeard() {
        AtomicInteger mounts = new AtomicInteger();
        events.watchDirectory(NetworkNamespace.DIRECTORY, heard::incrementAndGet);
        events.watchMounts(mounts::incrementAndGet);
        NetworkNamespace third = namespaces.create();
        awaitHeard();
        Eventually.holds(SOON, () -> mounts.get() > 0 ? "" : "no mount was heard");
        heard.set(0);
        Witness.run(watched, "", "ip", "netns", "del", third.name());
        awaitHeard();
    }

    @Test
    void fiveHundredNamespacesTakeOneThread() throws Exception {
        long threads = threads();
        for (int i = 0; i < 500; i++) {
            events.watch(watched, EnumSet.allOf(Topic.class), heard::incrementAndGet);
        }
        assertThat(threads())
                .as("short-lived ones of the test come and go")
                .isLessThan(threads + 50);
        Witness.run(watched, "", "ip", "route", "add", "unreachable", "10.9.0.0/16");
        Eventually.holds(SOON, () -> heard.get() >= 500 ? "" : "heard by " + heard);
    }

    private static long threads() throws Exception {
        try (var files = Files.list(Path.of("/proc/self/task"))) {
            return files.count();
        }
    }
}
