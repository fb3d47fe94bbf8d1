package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.cli.it.Programs.Result;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Any of a cluster's processes are killed at any moment, and {@code up} follows at once: it
 * succeeds, nothing that was acknowledged is lost, and no connection through a Service breaks
 * unless those who serve it were killed.
 */
@ClusterTest
class KillIT {
    private static final List<String> ALL = List.of("control-plane", "agents", "stand-ins");
    private static final Workload SERVED = new Workload("served", 4);

    private @TempDir Path directory;

    @Test
    void aFewKills() {
        kill(4);
    }

    /** More with {@code -Dbiplane.kills}, the same again with {@code -Dbiplane.seed}. */
    @Test
    @Tag("long")
    void manyKills() {
        kill(Integer.getInteger("biplane.kills", 30));
    }

    private void kill(int times) {
        long seed = Seeds.next();
        Random random = new Random(seed);
        try (TestCluster cluster = new TestCluster("it-kill", directory)) {
            cluster.up().succeeded();
            SERVED.apply(cluster);
            SERVED.await(cluster);
            try (AcknowledgedWrites writes =
                    new AcknowledgedWrites(cluster.data().resolve("admin.conf"))) {
                writes.start();
                for (int i = 0; i < times; i++) {
                    List<String> victims = victims(random, i);
                    round(cluster, writes, victims, random.nextInt(50));
                }
                System.out.printf("%d kills, %d writes acknowledged%n", times, writes.count());
            }
        }
    }

    /** Any but none; the first rounds are those that say most. */
    private static List<String> victims(Random random, int round) {
        int mask = round == 0 ? 0b111 : round == 1 ? 0b011 : 1 + random.nextInt(7);
        List<String> victims = new ArrayList<>();
        for (int i = 0; i < ALL.size(); i++) {
            if ((mask >> i & 1) == 1) {
                victims.add(ALL.get(i));
            }
        }
        return victims;
    }

    private static void round(
            TestCluster cluster, AcknowledgedWrites writes, List<String> victims, int answers) {
        boolean served = !victims.contains("stand-ins");
        try (Traffic traffic =
                new Traffic(cluster, SERVED.pods(cluster), SERVED.clusterIps(cluster))) {
            traffic.start();
            traffic.awaitMore(answers);
            if (served) {
                killAndUp(cluster, victims);
                traffic.awaitMore(100);
            }
            assertThat(traffic.failures()).as("killed %s", victims).isEmpty();
        }
        if (!served) {
            killAndUp(cluster, victims);
        }
        writes.awaitMore(20);
        assertThat(writes.lost()).as("killed %s", victims).isEmpty();
    }

    private static void killAndUp(TestCluster cluster, List<String> victims) {
        cluster.startKilling(victims.toArray(String[]::new));
        Result up = cluster.up();
        assertThat(up.code()).as("killed %s: %s", victims, up.output()).isZero();
        for (String component : ALL) {
            assertThat(cluster.process(component).isAlive()).as(component).isTrue();
        }
    }
}
