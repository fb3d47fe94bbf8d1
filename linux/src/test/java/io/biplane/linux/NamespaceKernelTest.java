package io.biplane.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.linux.testing.Eventually;
import io.biplane.linux.testing.KernelTest;
import io.biplane.linux.testing.TestNamespaces;
import io.biplane.linux.testing.Witness;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

@KernelTest
final class NamespaceKernelTest {
    @RegisterExtension final TestNamespaces namespaces = new TestNamespaces();

    private static String here() {
        return inode(Path.of(NetworkNamespace.SELF));
    }

    private static String inode(Path path) {
        try {
            return Files.getAttribute(path, "unix:ino").toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aNamespaceIsFoundByIpNetnsUntilItIsDeleted() throws Exception {
        String name = TestNamespaces.name();
        try (NetworkNamespace here = NetworkNamespace.current();
                NetworkNamespace made = NetworkNamespace.create(name)) {
            assertThat(Witness.ip(here, "netns", "list").findValuesAsString("name")).contains(name);
            assertThat(NetworkNamespace.list()).contains(name);
            assertThat(inode(made.path())).isNotEqualTo(here());
            assertThatThrownBy(() -> NetworkNamespace.create(name))
                    .isInstanceOf(SyscallException.class)
                    .hasMessage("open /run/netns/%s: EEXIST", name);
        } finally {
            NetworkNamespace.delete(name);
        }
        NetworkNamespace.delete(name);
        assertThat(NetworkNamespace.exists(name)).isFalse();
        assertThatThrownBy(() -> NetworkNamespace.open(name)).hasMessageEndingWith("ENOENT");
    }

    @Test
    void aFileThatADeadProcessLeftIsDeletedToo() throws Exception {
        String name = TestNamespaces.name();
        Files.createFile(NetworkNamespace.DIRECTORY.resolve(name));
        NetworkNamespace.delete(name);
        assertThat(NetworkNamespace.exists(name)).isFalse();
    }

    @Test
    void workRunsInsideAndNothingElseDoes() throws Exception {
        NetworkNamespace inside = namespaces.create();
        String home = here();
        assertThat(NamespaceThread.in(inside, NamespaceKernelTest::here))
                .isEqualTo(inode(inside.path()));
        ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
        CountDownLatch done = new CountDownLatch(50);
        for (int i = 0; i < 50; i++) {
            Thread.ofVirtual()
                    .start(() -> {
                        String _ = NamespaceThread.in(inside, NamespaceKernelTest::here);
                        seen.add(here());
                        done.countDown();
                    });
        }
        done.await();
        assertThat(seen).hasSize(50).containsOnly(home);
        assertThat(threadsIn(inode(inside.path()))).isEmpty();
    }

    @Test
    void whatTheWorkThrowsComesOut() {
        NetworkNamespace inside = namespaces.create();
        assertThatThrownBy(() ->
                        NamespaceThread.in(
                                inside,
                                () -> {
                                    throw new IllegalArgumentException("mine");
                                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mine");
    }

    @Test
    void aSysctlIsSetInItsNamespaceOnly() {
        NetworkNamespace one = namespaces.create();
        NetworkNamespace two = namespaces.create();
        String before = Sysctl.get(two, "net.ipv6.conf.all.forwarding");
        Sysctl.set(one, "net.ipv6.conf.all.forwarding", before.equals("1") ? "0" : "1");
        assertThat(Sysctl.get(one, "net.ipv6.conf.all.forwarding")).isNotEqualTo(before);
        assertThat(Sysctl.get(two, "net.ipv6.conf.all.forwarding")).isEqualTo(before);
        assertThatThrownBy(() -> Sysctl.set(one, "net.ipv4.no_such", "1"))
                .isInstanceOf(SyscallException.class)
                .hasMessage("open /proc/sys/net/ipv4/no_such: ENOENT");
        assertThatThrownBy(() -> Sysctl.set(one, "net.ipv4.ip_forward", "many"))
                .hasMessage("write /proc/sys/net/ipv4/ip_forward = many: EINVAL");
    }

    @Test
    void aChildRunsInTheNamespaceAndTheReaperDoesNot() throws Exception {
        NetworkNamespace inside = namespaces.create();
        String wanted = inode(inside.path());
        List<Process> children = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            children.add(NamespaceProcess.start(inside, new ProcessBuilder("sleep", "60")));
        }
        try {
            for (Process child : children) {
                Path file = Path.of("/proc/%d/ns/net".formatted(child.pid()));
                assertThat(inode(file)).isEqualTo(wanted);
                assertThat(ProcessId.of(child.pid()).isAlive()).isTrue();
            }
            assertThat(threadsIn(wanted)).isEmpty();
        } finally {
            for (Process child : children) {
                ProcessId id = ProcessId.of(child.pid());
                child.destroyForcibly().waitFor();
                assertThat(id.isAlive()).isFalse();
            }
        }
    }

    /** The threads of this JVM that are in the namespace, once the short-lived ones are gone. */
    private static List<String> threadsIn(String inode) {
        List<String> found = new ArrayList<>();
        Eventually.holds(
                Duration.ofSeconds(2),
                () -> {
                    found.clear();
                    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
                        tasks.filter(t -> isIn(t, inode))
                                .forEach(t -> found.add(t.getFileName().toString()));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    return found.isEmpty() ? "" : "threads in the namespace: " + found;
                });
        return found;
    }

    private static boolean isIn(Path task, String inode) {
        try {
            return Files.getAttribute(task.resolve("ns/net"), "unix:ino").toString().equals(inode);
        } catch (IOException e) {
            return false; // it has ended meanwhile
        }
    }

    @Test
    void theNumberOfOpenFilesIsRaisedToWhatIsAllowed() {
        Limits.Limit before = Limits.openFiles();
        Path limits = Path.of("/proc/self/limits");
        try (NetworkNamespace here = NetworkNamespace.current()) {
            Witness.run(
                    here,
                    "",
                    "prlimit",
                    "--pid=" + ProcessHandle.current().pid(),
                    "--nofile=1000:" + before.highest());
            assertThat(Limits.openFiles()).isEqualTo(new Limits.Limit(1000, before.highest()));
        } finally {
            Limits.Limit raised = Limits.raiseOpenFiles();
            assertThat(raised.current())
                    .isEqualTo(raised.highest())
                    .isGreaterThanOrEqualTo(before.highest());
            assertThat(limits)
                    .content()
                    .containsPattern(
                            "Max open files +%d +%d "
                                    .formatted(raised.current(), raised.highest()));
        }
        assertThat(Limits.networkNamespaces()).isPositive();
        assertThat(Limits.mounts()).isPositive();
    }
}
