package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a cluster makes of the machine's limits, and says of them. */
@ClusterTest
class LimitsIT {
    private static final Pattern OPEN_FILES = Pattern.compile("Max open files +(\\d+) +(\\d+) ");

    private @TempDir Path directory;

    @Test
    void everyProcessMayHaveAsManyFilesAsItIsAllowedAndUpSaysWhatFits() throws Exception {
        List<String> few = List.of("sh", "-c", "ulimit -Sn 1000; exec \"$@\"", "sh");
        try (TestCluster cluster = new TestCluster("it-limits", directory, few)) {
            assertThat(cluster.up("--nodes=2", "--node-cidr-mask-size-ipv4=29").succeeded())
                    .contains(
                            "10 pods fit: a node's block of IPv4, a /29, has 5 addresses for pods (more: --nodes,");
            for (String component : List.of("control-plane", "stand-ins", "agents")) {
                assertRaised(cluster.pid(component));
            }
            cluster.kill("agents");
            cluster.up().succeeded();
            assertRaised(cluster.pid("agents"));
        }
    }

    private static void assertRaised(long pid) throws IOException {
        String limits = Files.readString(Path.of("/proc/%d/limits".formatted(pid)));
        Matcher open = OPEN_FILES.matcher(limits);
        assertThat(open.find()).as(limits).isTrue();
        assertThat(open.group(1)).isEqualTo(open.group(2));
        assertThat(Long.parseLong(open.group(1))).isGreaterThan(1000);
    }
}
