package io.biplane.controllers.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.controllers.workload.RollingUpdate.Member;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.StringNode;

import java.util.List;
import java.util.Map;
import java.util.Random;

class RollingUpdateTest {
    @ParameterizedTest
    @CsvSource({
        // replicas, surge, unavailable, new/available, old/available: next new, next old
        "10, 3, 2,  0, 0, 10, 10,  3, 10",
        "10, 3, 2,  3, 0, 10, 10,  3,  8",
        "10, 3, 2,  3, 0,  8,  8,  5,  8",
        "10, 3, 2,  5, 5,  8,  8,  5,  3",
        "10, 3, 2, 10, 10, 0,  0, 10,  0",
        "10, 0, 1,  0, 0, 10, 10,  0,  9",
        "10, 1, 0,  1, 0, 10, 10,  1, 10",
        "10, 1, 0,  1, 1, 10, 10,  1,  9",
        // an old set that never came up is no reason to wait
        "10, 3, 2,  3, 3, 10,  0,  3,  5",
        // scaling down while everything is new
        " 4, 1, 1,  9, 9,  0,  0,  4,  0",
    })
    void takesOneStep(
            int replicas,
            int surge,
            int unavailable,
            int newest,
            int newAvailable,
            int old,
            int oldAvailable,
            int nextNew,
            int nextOld) {
        Map<String, Integer> step =
                new RollingUpdate(replicas, surge, unavailable)
                        .step(
                                new Member("new", newest, newAvailable),
                                List.of(new Member("old", old, oldAvailable)));
        assertThat(step.getOrDefault("new", newest)).as("new").isEqualTo(nextNew);
        assertThat(step.getOrDefault("old", old)).as("old").isEqualTo(nextOld);
    }

    @ParameterizedTest
    @CsvSource({"10, 25%, 25%, 3, 2", "1, 25%, 25%, 1, 0", "4, 0, 0, 0, 1", "10, 100%, 0, 10, 0"})
    void roundsSurgeUpAndUnavailableDown(
            int replicas, String surge, String unavailable, int more, int fewer) {
        assertThat(
                        RollingUpdate.of(
                                replicas,
                                StringNode.valueOf(surge),
                                StringNode.valueOf(unavailable)))
                .isEqualTo(new RollingUpdate(replicas, more, fewer));
    }

    @Test
    void takesNumbersAsTheyAre() {
        assertThat(RollingUpdate.of(7, IntNode.valueOf(2), IntNode.valueOf(3)))
                .isEqualTo(new RollingUpdate(7, 2, 3));
    }

    /** From any start, pods coming up at random, it ends, and never breaks its two bounds. */
    @Test
    void endsWithoutEverBreakingItsBounds() {
        long seed = 20;
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            int replicas = 1 + random.nextInt(20);
            int surge = random.nextInt(4);
            int unavailable = surge == 0 ? 1 + random.nextInt(3) : random.nextInt(3);
            RollingUpdate rolling = new RollingUpdate(replicas, surge, unavailable);
            int newest = 0;
            int newAvailable = 0;
            int old = replicas;
            for (int steps = 0; old > 0 || newAvailable < replicas; steps++) {
                assertThat(steps).as("seed %d round %d", seed, round).isLessThan(500);
                Map<String, Integer> step =
                        rolling.step(
                                new Member("new", newest, newAvailable),
                                List.of(new Member("old", old, old)));
                newest = step.getOrDefault("new", newest);
                old = step.getOrDefault("old", old);
                assertThat(newest + old).isLessThanOrEqualTo(replicas + surge);
                assertThat(newAvailable + old).isGreaterThanOrEqualTo(replicas - unavailable);
                newAvailable += random.nextInt(newest - newAvailable + 1);
            }
        }
    }
}
