package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.cli.it.Programs.Result;
import io.biplane.linux.testing.Eventually;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** {@code biplane validate}: silent on healthy clusters, and names what is broken. */
@ClusterTest
class ValidateIT {
    private static final String NOT_BUILT =
            "--skip=downward-api,etc-hosts,service-loadbalancer,prefer-dual-loadbalancer";
    private static final int HEALTHY_RUNS = 10;
    private static final int FAULTS = 20;

    /** The agents compare everything once a minute at the latest. */
    private static final Duration HEALED = Duration.ofSeconds(90);

    private @TempDir Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.244.0.0/16,fc00::/24 | 10.96.0.0/16,fd00:10:96::/112",
                "fc00::/24,10.244.0.0/16 | fd00:10:96::/112,10.96.0.0/16",
            })
    void findsNoFaultOnHealthyClusters(String pods, String services) {
        try (TestCluster cluster = new TestCluster("it-healthy", directory)) {
            cluster.up("--cluster-cidr", pods, "--service-cluster-ip-range", services).succeeded();
            new Workload("web", 4).apply(cluster);
            cluster.kubectl("rollout", "status", "deployment/web", "--timeout=30s");
            for (int run = 1; run <= HEALTHY_RUNS; run++) {
                Result result = cluster.biplane("validate", NOT_BUILT);
                assertThat(result.code()).as("run %d:%n%s", run, result.output()).isZero();
            }
            assertThat(cluster.biplane("validate").code()).isEqualTo(3);
        }
    }

    @Test
    void namesEachOfManyRandomFaults() {
        long seed = Seeds.next();
        Random random = new Random(seed);
        try (TestCluster cluster = new TestCluster("it-faulty", directory)) {
            cluster.up().succeeded();
            new Workload("web", 4).apply(cluster);
            cluster.kubectl("rollout", "status", "deployment/web", "--timeout=30s");
            // The agents would mend what the test breaks; they are held for as long as it looks.
            List<String> unnamed = new ArrayList<>();
            List<Fault> faults = new ArrayList<>(Fault.all(cluster));
            Collections.shuffle(faults, random);
            int made = 0;
            for (Fault fault : faults.subList(0, Math.min(faults.size(), FAULTS))) {
                signal(cluster, "-STOP");
                try {
                    fault.make().run();
                    made++;
                    Result result =
                            cluster.biplane("validate", "--only=services,kernel,egress", "--as-is");
                    if (result.code() != 1 || !result.output().contains(fault.named())) {
                        unnamed.add(fault + " in:\n" + result.output());
                    }
                } finally {
                    fault.mend().run();
                    signal(cluster, "-CONT");
                }
                Eventually.holds(
                        HEALED,
                        () -> {
                            Result result = cluster.biplane("validate", "--only=kernel", "--as-is");
                            return result.code() == 0
                                    ? ""
                                    : "after %s:%n%s".formatted(fault, result.output());
                        });
            }
            assertThat(unnamed).isEmpty();
            assertThat(made).isGreaterThanOrEqualTo(FAULTS);
        }
    }

    private static void signal(TestCluster cluster, String signal) {
        Programs.run("kill", signal, Long.toString(cluster.pid("agents"))).succeeded();
    }
}
