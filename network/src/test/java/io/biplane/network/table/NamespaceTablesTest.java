package io.biplane.network.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.Transaction;
import io.biplane.linux.nftables.desired.DesiredTable;
import io.biplane.linux.nftables.desired.Predecessor;
import io.biplane.linux.testing.Eventually;
import io.biplane.linux.testing.FakeNftables;
import io.biplane.network.guard.Guard;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** The loop, with a ruleset in memory. */
final class NamespaceTablesTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final List<DesiredTable> TABLES = Guard.tables(List.of("eth0"));
    private static final List<Table> NAMES = TABLES.stream().map(DesiredTable::table).toList();

    private final FakeNftables kernel = new FakeNftables();
    private final List<List<Table>> repaired = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void tearDown() {
        scheduler.shutdownNow();
    }

    private NamespaceTables started(Duration interval) {
        NamespaceTables tables =
                new NamespaceTables("n", kernel, TABLES, interval, scheduler, repaired::add);
        tables.start(Predecessor.in(kernel));
        return tables;
    }

    private void damage() {
        kernel.commitByHand(new Transaction().delete(NAMES.getFirst()));
    }

    private void awaitRepairs(int count) {
        Eventually.holds(LIMIT, () -> repaired.size() >= count ? "" : "repaired: " + repaired);
    }

    @Test
    void theFirstWriteIsNoRepair() {
        try (NamespaceTables _ = started(Duration.ofHours(1))) {
            assertThat(kernel.tables()).isEqualTo(NAMES);
            assertThat(repaired).isEmpty();
        }
    }

    @Test
    void damageThatIsDoneWhileNobodyKeepsTheTablesIsToldOfAtTheStart() {
        started(Duration.ofHours(1)).close();
        damage();
        try (NamespaceTables _ = started(Duration.ofHours(1))) {
            assertThat(repaired).containsExactly(List.of(NAMES.getFirst()));
        }
        kernel.commitByHand(new Transaction().delete(NAMES.getFirst()).delete(NAMES.getLast()));
        try (NamespaceTables _ = started(Duration.ofHours(1))) {
            assertThat(repaired).as("all of it is gone").contains(NAMES);
        }
        try (NamespaceTables _ = started(Duration.ofHours(1))) {
            assertThat(repaired).as("nothing was done this time").hasSize(2);
        }
    }

    @Test
    void damageIsRepairedAsSoonAsItIsToldOfAndOnlyWhatIsDamaged() {
        try (NamespaceTables tables = started(Duration.ofHours(1))) {
            damage();
            tables.resync();
            awaitRepairs(1);
            assertThat(repaired).containsExactly(List.of(NAMES.getFirst()));
            assertThat(kernel.tables()).containsExactlyInAnyOrderElementsOf(NAMES);
        }
    }

    @Test
    void damageThatNobodyTellsOfIsRepairedAtTheInterval() {
        try (NamespaceTables _ = started(Duration.ofMillis(5))) {
            damage();
            awaitRepairs(1);
        }
    }

    @Test
    void manyCallsAreFewComparisonsAndNothingIsWrittenWhereNothingIsWrong() {
        try (NamespaceTables tables = started(Duration.ofHours(1))) {
            long generation = kernel.generation();
            for (int i = 0; i < 10_000; i++) {
                tables.resync();
            }
            damage();
            tables.resync();
            awaitRepairs(1);
            assertThat(kernel.generation()).isEqualTo(generation + 2);
        }
    }

    @Test
    void aListenerThatThrowsAndAKernelThatRefusesDoNotEndTheKeeping() {
        NamespaceTables throwing =
                new NamespaceTables(
                        "n",
                        kernel,
                        TABLES,
                        Duration.ofMillis(5),
                        scheduler,
                        damaged -> {
                            repaired.add(damaged);
                            throw new StackOverflowError("a listener");
                        });
        try (throwing) {
            throwing.start(Predecessor.NONE);
            damage();
            awaitRepairs(1);
            kernel.failNext(1);
            damage();
            awaitRepairs(2);
        }
    }

    @Test
    void whatIsClosedComparesNoMore() {
        NamespaceTables tables = started(Duration.ofHours(1));
        tables.close();
        damage();
        long generation = kernel.generation();
        tables.resync();
        scheduler.close();
        assertThat(kernel.generation()).isEqualTo(generation);
        assertThat(repaired).isEmpty();
    }
}
