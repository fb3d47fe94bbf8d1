package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.testing.Eventually;
import io.biplane.netip.Addr;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A cluster under traffic that is damaged again and again heals by itself, and tells of it. */
@ClusterTest
class DamageIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int EACH_KIND_ONCE = 0;
    private static final Workload WEB = new Workload("web", 4);

    private @TempDir Path directory;

    /** When the damage is done. */
    private enum Moment {
        ANY,
        /** The agents have just been killed: nobody hears of it. */
        AGENTS_AWAY
    }

    @Test
    @Tag("long")
    void someDamageOfRandomKindsHeals() throws Exception {
        heals(25, Moment.ANY);
    }

    @Test
    @Tag("long")
    void aHundredDamagesOfAllKindsHeal() throws Exception {
        heals(100, Moment.ANY);
    }

    @Test
    @Tag("long")
    void damageOfAllKindsHealsThatIsDoneWhileTheAgentsAreAway() throws Exception {
        heals(EACH_KIND_ONCE, Moment.AGENTS_AWAY);
    }

    private void heals(int count, Moment moment) throws Exception {
        long seed = Seeds.next();
        Random random = new Random(seed);
        try (TestCluster cluster = new TestCluster("it-damage", directory)) {
            cluster.up().succeeded();
            WEB.apply(cluster);
            WEB.await(cluster);
            Map<String, List<Addr>> pods = WEB.pods(cluster);
            awaitTidiness(cluster);
            AtomicBoolean ended = new AtomicBoolean();
            AtomicInteger answered = new AtomicInteger();
            Thread traffic = Thread.ofVirtual().start(() -> ask(cluster, pods, ended, answered));
            Map<String, List<Long>> millis = new TreeMap<>();
            List<String> failed = new ArrayList<>();
            try {
                List<Damage> all = new ArrayList<>(Damage.all(cluster));
                all.removeIf(d -> moment == Moment.AGENTS_AWAY && !d.killed().isEmpty());
                for (Damage damage : chosen(all, count, random)) {
                    try {
                        long took = heal(cluster, pods, damage, moment);
                        System.out.printf(Locale.ROOT, "%5d ms  %s%n", took, damage);
                        millis.computeIfAbsent(damage.kind(), _ -> new ArrayList<>()).add(took);
                    } catch (AssertionError e) {
                        failed.add(damage + ": " + e.getMessage());
                        System.out.printf(Locale.ROOT, "   no ms  %s%n", damage);
                    }
                }
            } finally {
                ended.set(true);
                traffic.join();
            }
            assertThat(failed).as("damages that did not heal, or nobody told of").isEmpty();
            report(millis, answered.get());
            assertThat(answered.get()).as("answers under damage").isPositive();
            assertThat(wrong(cluster, pods)).isEmpty();
            assertThat(cluster.biplane("validate", "--only=kernel,services", "--as-is").code())
                    .isZero();
        }
    }

    /** What the start has left behind goes in its own time, which must not look like damage. */
    private static void awaitTidiness(TestCluster cluster) {
        for (String node : new String[] {"node-1", "node-2"}) {
            String namespace = cluster.name() + "-" + node;
            Eventually.holds(
                    Duration.ofMinutes(2),
                    () -> {
                        List<String> unused = KernelText.unusedChains(namespace);
                        return unused.isEmpty() ? "" : "unused in %s: %s".formatted(node, unused);
                    });
        }
    }

    /**
     * Each kind once, in random order, as long as there are any; then again. {@code
     * -Dbiplane.damages} is an expression that the kinds must match, to look at a few.
     */
    private static List<Damage> chosen(List<Damage> every, int count, Random random) {
        String wanted = System.getProperty("biplane.damages", ".*");
        List<Damage> all = every.stream().filter(d -> d.kind().matches(wanted)).toList();
        List<Damage> chosen = new ArrayList<>();
        do {
            List<Damage> shuffled = new ArrayList<>(all);
            Collections.shuffle(shuffled, random);
            TreeSet<String> kinds = new TreeSet<>();
            shuffled.removeIf(damage -> !kinds.add(damage.kind()));
            int left = count == EACH_KIND_ONCE ? shuffled.size() : count - chosen.size();
            chosen.addAll(shuffled.subList(0, Math.min(left, shuffled.size())));
        } while (chosen.size() < count);
        return chosen;
    }

    private static long heal(
            TestCluster cluster, Map<String, List<Addr>> pods, Damage damage, Moment moment)
            throws Exception {
        Map<String, Integer> told = repairs(cluster, moment);
        Map<String, KernelText> before = new HashMap<>();
        damage.looked().forEach(namespace -> before.put(namespace, KernelText.of(namespace)));
        long began = System.nanoTime();
        if (moment == Moment.AGENTS_AWAY) {
            cluster.forgetRestarts("agents"); // they come back at once
            kill(cluster, "agents", damage::make);
        } else if (damage.killed().isEmpty()) {
            damage.make();
        } else {
            kill(cluster, damage.killed(), () -> {});
        }
        Eventually.holds(
                PATIENCE,
                () -> {
                    StringBuilder amiss = new StringBuilder();
                    before.forEach((namespace, text) -> {
                        String difference = KernelText.of(namespace).since(text);
                        if (!difference.isEmpty()) {
                            amiss.append("%s in %s: %s".formatted(damage, namespace, difference));
                        }
                    });
                    return amiss.toString();
                });
        long took = Duration.ofNanos(System.nanoTime() - began).toMillis();
        Eventually.holds(
                PATIENCE,
                () -> repairs(cluster, moment).equals(told) ? "no event tells of " + damage : "");
        assertThat(wrong(cluster, pods)).as("after %s", damage).isEmpty();
        return took;
    }

    /** Ends a process, does something, and waits until the cluster has the process again. */
    private static void kill(TestCluster cluster, String component, Runnable meanwhile) {
        long killed = cluster.pid(component);
        Programs.run("kill", "-9", Long.toString(killed)).succeeded();
        meanwhile.run();
        Eventually.holds(
                PATIENCE,
                () -> {
                    long now = cluster.pid(component);
                    return now != killed && Files.exists(Path.of("/proc/" + now))
                            ? ""
                            : component + " was not started again";
                });
        Eventually.holds(
                PATIENCE,
                () -> {
                    Programs.Result ready =
                            cluster.kubectl(Kubectl.CURRENT, "", "get", "--raw", "/readyz");
                    return ready.code() == 0 ? "" : ready.output();
                });
    }

    /** Events of repairs and restarts, with their counts; but not of restarts that we caused. */
    private static Map<String, Integer> repairs(TestCluster cluster, Moment moment) {
        Set<String> reasons = new TreeSet<>(Set.of("NetworkRepaired", "SandboxChanged"));
        if (moment == Moment.ANY) {
            reasons.add("ProcessRestarted");
        }
        Map<String, Integer> counts = new TreeMap<>();
        for (JsonNode event : cluster.get("events", "-A").path("items")) {
            if (reasons.contains(event.path("reason").asString(""))) {
                counts.put(event.at("/metadata/name").asString(), event.path("count").asInt());
            }
        }
        return counts;
    }

    /** Every pod asks every pod, in both families; after a while all must be answered. */
    private static List<String> wrong(TestCluster cluster, Map<String, List<Addr>> pods)
            throws InterruptedException {
        List<String> wrong = new ArrayList<>();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        do {
            wrong.clear();
            for (String from : pods.keySet()) {
                wrong.addAll(Traffic.ask(cluster, from, Workload.questions(pods)));
            }
        } while (!wrong.isEmpty() && System.nanoTime() < deadline);
        return wrong;
    }

    private static void ask(
            TestCluster cluster,
            Map<String, List<Addr>> pods,
            AtomicBoolean ended,
            AtomicInteger answered) {
        List<Traffic.Question> questions = Workload.questions(pods);
        String from = pods.keySet().iterator().next();
        try {
            while (!ended.get()) {
                List<String> failed = Traffic.ask(cluster, from, questions);
                answered.addAndGet(questions.size() - failed.size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void report(Map<String, List<Long>> millis, int answered) {
        List<Long> all = millis.values().stream().flatMap(List::stream).sorted().toList();
        System.out.printf(
                Locale.ROOT,
                "%d damages of %d kinds healed; time to heal p50 %d ms, p90 %d ms, max %d ms; %d answers meanwhile%n",
                all.size(),
                millis.size(),
                all.get(all.size() / 2),
                all.get(all.size() * 9 / 10),
                all.getLast(),
                answered);
    }
}
