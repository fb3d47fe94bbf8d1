package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.cli.it.Programs.Result;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a person reads when {@code up} cannot do what was asked; nothing is left half done. */
@ClusterTest
class ErrorsIT {
    private @TempDir Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--cluster-cidr=10.244.0.0/16,fc00::/23 | fc00::/23",
                "--cluster-cidr=10.244.0.0/16,10.245.0.0/16 | len of ClusterCIDRs==2 and they are not configured as dual stack (at least one from each IPFamily",
                "--cluster-cidr=10.244.0.0/16,fc00::/24,fd00::/48 | length of clusterCIDRs is:3 more than max allowed of 2",
                "--cluster-cidr=10.244.0.0/16,fc00::/24 --feature-gates=IPv6DualStack=false | len of ClusterCIDRs==2 and dualstack or EndpointSlice feature is not enabled",
                "--cluster-cidr=10.244.0.0/16,fc00::/24 --node-cidr-mask-size=24 | usage of --node-cidr-mask-size is not allowed with dual-stack clusters",
                "--cluster-cidr=10.244.0.0/16,fc00::/24 --node-cidr-mask-size-ipv4=12 | Controller: Invalid --cluster-cidr, mask size of cluster CIDR must be less than or equal to --node-cidr-mask-size configured for CIDR family",
                "--service-cluster-ip-range=10.96.0.0/16,fd00::/63 | shortest allowed prefix length for service CIDR is 64, got 63",
                "--service-cluster-ip-range=10.96.0.0/16,10.97.0.0/16 | --service-cluster-ip-range[0] and --service-cluster-ip-range[1] must be of different IP family",
                "--cluster-cidr=10.180.0.0/24,fd00:10:180::/112 --node-cidr-mask-size-ipv4=26 --node-cidr-mask-size-ipv6=127 | no pod fits a node block of /127 (--cluster-cidr block fd00:10:180::/112 with --node-cidr-mask-size-ipv6=127: give --node-cidr-mask-size-ipv6 112 to 126)",
                "--nodes=3 --cluster-cidr=10.180.0.0/23,fd00:10:180::/56 | --cluster-cidr=10.180.0.0/23 with node blocks of /24 has room for 2 nodes, 3 asked (give a larger range, smaller blocks by --node-cidr-mask-size-ipv4=25, or --nodes=2)",
                "--cluster-cidr=127.244.0.0/16,fd00:10:180::/56 | no pod can be reached in --cluster-cidr block 127.244.0.0/16: it overlaps 127.0.0.0/8 (loopback addresses)",
                "--cluster-cidr=10.180.0.0/16,ff0e::/56 | no pod can be reached in --cluster-cidr block ff0e::/56: it overlaps ff00::/8 (multicast addresses)",
                "--service-cluster-ip-range=10.180.0.0/16,fe80::/112 | no Service can be reached in fe80::/112: it overlaps fe80::/10 (link-local addresses)",
                "--service-cluster-ip-range=10.180.0.0/30 | the service cluster IP range must be at least 8 IP addresses",
                "--cluster-cidr=10.180.0.0/16,fd00:10:180::/56 --service-cluster-ip-range=10.180.7.0/24,fd00:10:96::/112 | --cluster-cidr 10.180.0.0/16 overlaps --service-cluster-ip-range 10.180.7.0/24",
                "--nodes=0 | --nodes=0: a cluster on one machine has 1 to 250 nodes",
            })
    void refusesFaultyFlags(String flags, String text) {
        try (TestCluster cluster = new TestCluster("it-errors", directory)) {
            Result result = cluster.up(flags.split(" ", -1));
            assertThat(result.code()).isEqualTo(1);
            assertThat(result.output())
                    .contains("biplane: ")
                    .contains(text)
                    .doesNotContain("\tat ");
            assertThat(cluster.data()).doesNotExist();
        }
    }

    @Test
    void tellsAllFaultsAtOnce() {
        try (TestCluster cluster = new TestCluster("it-errors", directory)) {
            Result result =
                    cluster.up(
                            "--cluster-cidr=nonsense",
                            "--service-cluster-ip-range=10.0.0.0/33",
                            "--feature-gates=Wings=2",
                            "--nodes=1000");
            assertThat(result.output())
                    .contains("nonsense", "10.0.0.0/33", "Wings", "--nodes=1000");
        }
        try (TestCluster cluster = new TestCluster("it-errors", directory)) {
            Result result =
                    cluster.up(
                            "--cluster-cidr=10.180.0.0/23,fd00:10:180::/56",
                            "--service-cluster-ip-range=10.180.1.0/24,fd00:10:180::/112",
                            "--nodes=3");
            assertThat(result.output())
                    .contains(
                            "has room for 2 nodes, 3 asked",
                            "--cluster-cidr 10.180.0.0/23 overlaps --service-cluster-ip-range 10.180.1.0/24",
                            "--cluster-cidr fd00:10:180::/56 overlaps --service-cluster-ip-range fd00:10:180::/112");
        }
    }

    @Test
    void refusesMoreNodesThanTheRangesOfAnExistingClusterHold() {
        try (TestCluster cluster = new TestCluster("it-errors", directory)) {
            cluster.up("--nodes=1", "--cluster-cidr=10.180.0.0/23,fd00:10:180::/56").succeeded();
            Result result = cluster.up("--nodes=3");
            assertThat(result.code()).isEqualTo(1);
            assertThat(result.output())
                    .contains(
                            "--nodes=3: --cluster-cidr=10.180.0.0/23 of cluster it-errors, with node blocks of /24, has room for 2 nodes (give --nodes=2;");
            cluster.up("--nodes=2").succeeded();
        }
    }

    @Test
    void namesAPortThatIsInUse() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                TestCluster cluster = new TestCluster("it-errors", directory)) {
            int port = taken.getLocalPort();
            Result result = cluster.up("--secure-port=" + port);
            assertThat(result.code()).isEqualTo(1);
            assertThat(result.output())
                    .contains(
                            "port %d is in use on this machine (--secure-port=%d: give another one"
                                    .formatted(port, port));
        }
    }

    @Test
    void refusesADataDirectoryThatIsSomebodyElses() throws IOException {
        Path theirs = Files.createDirectory(directory.resolve("data-it-errors"));
        Files.writeString(theirs.resolve("thesis.tex"), "");
        Result result = new TestCluster("it-errors", directory).up();
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.output())
                .contains("is not Biplane's: it is not empty and has no cluster.json");
        assertThat(theirs).isDirectoryContaining("glob:**/thesis.tex");
    }

    @Test
    void refusesADataDirectoryOfANewerVersion() throws IOException {
        Path newer = Files.createDirectory(directory.resolve("data-it-errors"));
        Files.writeString(newer.resolve("cluster.json"), "{\"biplane\":\"cluster\",\"format\":99}");
        Result result = new TestCluster("it-errors", directory).up();
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.output())
                .contains("was written by a newer version of Biplane: it has format 99");
    }

    @Test
    void namesADamagedStore() throws IOException {
        try (TestCluster cluster = new TestCluster("it-errors", directory)) {
            cluster.up("--nodes=1").succeeded();
            cluster.biplane("down").succeeded();
            Path head = cluster.data().resolve("store").resolve("HEAD");
            Files.delete(head);
            Result result = cluster.up();
            assertThat(result.code()).isEqualTo(1);
            assertThat(result.output())
                    .contains(
                            "biplane: store %s is damaged: it does not say what was last acknowledged: missing, or no slot matches its checksum; restore a backup (biplane store restore), or look at what is left (biplane store dump)"
                                    .formatted(head))
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void refusesASecondUpAtTheSameTime() throws IOException {
        TestCluster cluster = new TestCluster("it-errors", directory);
        Files.createDirectories(cluster.data());
        Process holder =
                new ProcessBuilder(
                                "python3",
                                "-c",
                                "import fcntl,sys,time; f=open(sys.argv[1],'w'); fcntl.lockf(f,fcntl.LOCK_EX); print('held',flush=True); time.sleep(60)",
                                cluster.data().resolve("up.lock").toString())
                        .start();
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo("held");
            Result result = cluster.up();
            assertThat(result.code()).isEqualTo(1);
            assertThat(result.output())
                    .contains("is locked: another biplane up or down is at work on it");
        } finally {
            holder.destroyForcibly();
        }
    }

    @Test
    void namesEverythingThatIsMissingAtOnce() {
        // As somebody else, and where no JDK can be found.
        Path launcher = Programs.projectRoot().resolve("biplane");
        Result result =
                Programs.run(
                        "unshare",
                        "-m",
                        "sh",
                        "-c",
                        "mount -t tmpfs none /usr/lib/jvm && exec setpriv --reuid=65534 --regid=65534 --clear-groups env -i PATH=/usr/bin:/bin "
                                + launcher
                                + " up");
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.output())
                .contains("biplane: this machine lacks:")
                .contains(
                        "- JDK 25 or newer: none in $BIPLANE_JAVA_HOME, $JAVA_HOME, on the PATH or below /usr/lib/jvm; install one")
                .contains("- root: network namespaces, links and nftables need it; run: sudo ");
    }

    @Test
    void saysThatTheDiskIsFull() {
        Path full = directory.resolve("full");
        List<String> setUp =
                List.of(
                        "mkdir -p " + full,
                        "mount -t tmpfs -o size=64k none " + full,
                        "sh -c 'head -c 60000 /dev/zero > "
                                + full
                                + "/ballast 2>/dev/null; mkdir "
                                + full
                                + "/data-it-errors'");
        try {
            setUp.forEach(command -> Programs.run("sh", "-c", command).succeeded());
            TestCluster cluster = new TestCluster("it-errors", full);
            Result result = cluster.up();
            assertThat(result.code()).isEqualTo(1);
            assertThat(result.output()).contains("No space left").contains("free some space");
            assertThat(cluster.data().resolve("cluster.json")).doesNotExist();
        } finally {
            Programs.run("umount", full.toString());
        }
    }
}
