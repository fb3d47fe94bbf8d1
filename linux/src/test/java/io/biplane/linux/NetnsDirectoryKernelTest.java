package io.biplane.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.testing.KernelTest;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * What stands at {@code /run/netns}, as the kernel lists its mounts. Each test has a mount
 * namespace of its own with a fresh {@code /run}, and {@code ip netns} of iproute2 beside it.
 */
@KernelTest
final class NetnsDirectoryKernelTest {
    private static final String JAVA =
            "%s -cp '%s' --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -XX:TieredStopAtLevel=1 %s"
                    .formatted(
                            Path.of(System.getProperty("java.home"), "bin", "java"),
                            System.getProperty("java.class.path"),
                            NamesTool.class.getName());

    private static final String PRELUDE =
            """
            set -eu
            while umount -l /run/netns 2>/dev/null; do :; done
            umount -l /run 2>/dev/null || true
            mount -t tmpfs none /run
            names() { %s "$@"; }
            # How often a path is a mount point, in this mount namespace.
            mounts() { awk -v point="$1" '$5 == point' /proc/self/mountinfo | wc -l; }
            # As a program does that does not make the directory shared.
            plain() { mkdir -p /run/netns; touch "/run/netns/$1"; unshare -n mount --bind /proc/self/ns/net "/run/netns/$1"; }
            """
                    .formatted(JAVA);

    /** What the script prints; it runs in a mount namespace of its own and must succeed. */
    private static String run(String script) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                "unshare",
                                "--mount",
                                "--propagation",
                                "private",
                                "bash",
                                "-c",
                                PRELUDE + script)
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.strip();
    }

    @Test
    void theFirstNameFindsASharedMountAsIproute2WouldMakeIt() throws Exception {
        String output =
                run(
                        """
                        names create one
                        ip netns add two
                        ip netns del two
                        grep -o '/run/netns rw,[a-z]* shared' /proc/self/mountinfo
                        echo $(mounts /run/netns) $(mounts /run/netns/one)
                        names delete one
                        echo $(mounts /run/netns/one) $(ls /run/netns)
                        """);
        assertThat(output).matches("/run/netns rw,\\w+ shared\n1 1\n0");
    }

    @Test
    void manyWhoMakeTheFirstNameAtOnceMakeOneMount() throws Exception {
        String output =
                run(
                        """
                        for i in 1 2 3; do names create java$i & ip netns add ip$i & done
                        wait
                        echo $(mounts /run/netns) $(ls /run/netns)
                        for i in 1 2 3; do echo $(mounts /run/netns/java$i) $(mounts /run/netns/ip$i); done
                        """);
        assertThat(output).isEqualTo("1 ip1 ip2 ip3 java1 java2 java3\n1 1\n1 1\n1 1");
    }

    @Test
    void namesOfOthersAreNotMountedTwiceByUs() throws Exception {
        String output =
                run(
                        """
                        plain theirs
                        names create ours
                        echo $(mounts /run/netns) $(mounts /run/netns/theirs) $(mounts /run/netns/ours)
                        names delete ours
                        umount /run/netns/theirs
                        rm /run/netns/theirs
                        """);
        assertThat(output).isEqualTo("0 1 1");
    }

    @Test
    void aNameThatIsMountedTwiceIsDeletedAndThoseOfOthersStay() throws Exception {
        String output =
                run(
                        """
                        plain ours
                        plain theirs
                        ip netns add probe
                        mount --rbind /run/netns /run/netns
                        echo $(mounts /run/netns/ours)
                        names delete ours
                        echo $(ls /run/netns) $(mounts /run/netns/ours) $(mounts /run/netns/probe)
                        ip netns exec probe true
                        nsenter --net=/run/netns/theirs true
                        """);
        assertThat(output).isEqualTo("3\nprobe theirs 0 2");
    }

    @Test
    void aNameIsDeletedFromAMountNamespaceThatHasACopyOfItsMount() throws Exception {
        String output =
                run(
                        """
                        plain one
                        (unshare --mount --propagation private bash -c "$(declare -f names); names delete one")
                        echo $(mounts /run/netns/one) $(ls /run/netns)
                        """);
        assertThat(output).isEqualTo("0");
    }

    @Test
    void aNameIsDeletedFromAMountNamespaceWithAnotherRun() throws Exception {
        String output =
                run(
                        """
                        names create one
                        names create two
                        unshare --mount --propagation private bash -c "
                            $(declare -f names); mount -t tmpfs none /run; ls -A /run; names everywhere one"
                        echo $(mounts /run/netns/one) $(mounts /run/netns/two) $(ls /run/netns)
                        """);
        assertThat(output).isEqualTo("0 1 two");
    }
}
