package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.cli.it.Programs.Result;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code down} ends with exit 0 and nothing left, whatever was done to the cluster before and
 * whichever mount namespace it is run in; and it takes nothing of another cluster.
 */
@ClusterTest
class EndingIT {
    private static final String NAME = "it-ending";

    private @TempDir Path directory;
    private HostNamespace host;
    private String before;

    @BeforeEach
    void aHostOfItsOwn() {
        host = new HostNamespace("it-host-end");
        before = host.state();
    }

    @AfterEach
    void noHostIsLeft() {
        host.close();
    }

    private TestCluster cluster(MountNamespace mounts) {
        return new TestCluster(NAME, directory, host.prefix(mounts));
    }

    private void assertGone(Result down, MountNamespace mounts, TestCluster cluster) {
        assertThat(down.code()).as(down.output()).isZero();
        assertThat(down.output()).doesNotContain("\tat ").doesNotContain("✗");
        assertThat(
                        mounts.run(
                                        "ls /run/netns; grep -c %s- /proc/self/mountinfo"
                                                .formatted(NAME))
                                .output())
                .isEqualTo("0\n");
        assertThat(cluster.data()).doesNotExist();
        assertThat(host.state()).isEqualTo(before);
    }

    @Test
    void afterAnyonesFirstIpNetnsAdd() throws Exception {
        try (MountNamespace mounts = MountNamespace.withFreshRun()) {
            TestCluster cluster = cluster(mounts);
            cluster.up("--nodes=1").succeeded();
            mounts.run("ip netns add probe && ip netns del probe").succeeded();
            assertGone(cluster.biplane("down", "--delete"), mounts, cluster);
        }
    }

    @Test
    void whenEveryNameIsMountedTwice() throws Exception {
        try (MountNamespace mounts = MountNamespace.withFreshRun()) {
            TestCluster cluster = cluster(mounts);
            cluster.up("--nodes=1").succeeded();
            mounts.run("mount --rbind /run/netns /run/netns").succeeded();
            assertGone(cluster.biplane("down", "--delete"), mounts, cluster);
        }
    }

    @Test
    void fromAnotherMountNamespaceWhileItRuns() throws Exception {
        try (MountNamespace mounts = MountNamespace.withFreshRun();
                MountNamespace elsewhere = MountNamespace.withFreshRun()) {
            TestCluster cluster = cluster(mounts);
            cluster.up("--nodes=1").succeeded();
            Result down = cluster.from(host.prefix(elsewhere)).biplane("down", "--delete");
            assertGone(down, mounts, cluster);
        }
    }

    @Test
    void fromAnotherMountNamespaceAfterEverythingWasKilled() throws Exception {
        try (MountNamespace mounts = MountNamespace.withFreshRun()) {
            TestCluster cluster = cluster(mounts);
            cluster.up("--nodes=1").succeeded();
            try (MountNamespace elsewhere = MountNamespace.copy()) {
                killAll(cluster);
                Result down = cluster.from(host.prefix(elsewhere)).biplane("down", "--delete");
                assertGone(down, mounts, cluster);
            }
        }
    }

    @Test
    void whileKilledProcessesWaitToBeReaped() throws Exception {
        // All orphans become this process's children, and it never asks for their exit codes.
        String negligent =
                "import ctypes,signal,subprocess,sys;ctypes.CDLL(None).prctl(36,1,0,0,0);print(subprocess.call(sys.argv[1:],stdout=2),flush=True);signal.pause()";
        try (MountNamespace mounts = MountNamespace.withFreshRun()) {
            TestCluster cluster = cluster(mounts);
            List<String> words = new ArrayList<>(List.of("python3", "-c", negligent));
            words.addAll(cluster.words("up", "--nodes=1"));
            Process parent =
                    new ProcessBuilder(words)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            try {
                assertThat(parent.inputReader().readLine()).isEqualTo("0");
                killAll(cluster);
                Result status = cluster.biplane("status");
                assertThat(status.code()).isEqualTo(1);
                assertThat(status.output())
                        .containsPattern("✗ control-plane +DOWN ")
                        .containsPattern("✗ agents +DOWN ")
                        .containsPattern("✗ stand-ins +DOWN ");
                assertThat(cluster.up().succeeded())
                        .contains("control-plane started, stand-ins started, agents started");
                killAll(cluster);
                assertGone(cluster.biplane("down", "--delete"), mounts, cluster);
            } finally {
                parent.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void twoClustersInTwoMountNamespacesLeaveEachOtherAlone() throws Exception {
        try (MountNamespace here = MountNamespace.withFreshRun();
                MountNamespace there = MountNamespace.withFreshRun()) {
            TestCluster first = new TestCluster("it-first", directory, host.prefix(here));
            TestCluster second = new TestCluster("it-second", directory, host.prefix(there));
            first.up("--nodes=1").succeeded();
            second.up("--nodes=1").succeeded();
            assertHostForwards();
            second.biplane("down").succeeded();
            assertHostForwards();
            second.up().succeeded();
            first.biplane("down", "--delete").succeeded();
            assertHostForwards();
            Result again = second.from(host.prefix(here)).up();
            assertThat(again.code()).isEqualTo(1);
            assertThat(again.output())
                    .contains("cluster it-second runs in another mount namespace")
                    .contains("nsenter --mount --target " + second.pid("control-plane"));
            String report = second.biplane("validate", "--only=pod-to-pod,egress,kernel").output();
            assertThat(report).contains("0 ✗");
            second.biplane("down", "--delete").succeeded();
            assertThat(host.state()).isEqualTo(before);
        }
    }

    private void assertHostForwards() {
        assertThat(host.run("sysctl -n net.ipv4.ip_forward net.ipv6.conf.all.forwarding").output())
                .isEqualTo("1\n1\n");
    }

    @Test
    void upMakesAnewWhatDiedInAnotherMountNamespace() throws Exception {
        try (MountNamespace mounts = MountNamespace.withFreshRun();
                MountNamespace elsewhere = MountNamespace.withFreshRun()) {
            TestCluster cluster = cluster(mounts);
            cluster.up("--nodes=1").succeeded();
            killAll(cluster);
            TestCluster moved = cluster.from(host.prefix(elsewhere));
            moved.up().succeeded();
            assertThat(mounts.run("ls /run/netns").output()).isEmpty();
            assertGone(moved.biplane("down", "--delete"), elsewhere, moved);
        }
    }

    private static void killAll(TestCluster cluster) {
        cluster.kill("control-plane", "agents", "stand-ins");
    }
}
