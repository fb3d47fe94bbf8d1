package io.biplane.apiserver.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.store.Condition;
import io.biplane.store.Op;
import io.biplane.testing.Seeds;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * Nothing is given out twice, nothing leaks, revisions only grow: random requests, with a failure
 * before and after each store operation. Replay with {@code -Dbiplane.seed=…}.
 */
class AllocationModelTest {
    /**
     * What harms only when two requests meet is noticed after some tens of thousands of steps, once
     * in a while later.
     */
    private static final int MOST_STEPS_UNNOTICED = 2_000_000;

    private static long seed() {
        return Seeds.next();
    }

    private static void run(long steps) {
        long seed = seed();
        try (AllocationModel model = new AllocationModel(seed, UnaryOperator.identity())) {
            try {
                model.run(steps);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "step %d, replay with -Dbiplane.seed=%d: %s"
                                .formatted(model.steps(), seed, e.getMessage()),
                        e);
            }
            System.out.println(
                    "AllocationModelTest steps=%d faults=%d revision=%d outcomes=%s"
                            .formatted(
                                    steps,
                                    model.faults(),
                                    model.memory().revision(),
                                    model.outcomes()));
            // A run in which nothing happens proves nothing.
            assertThat(model.faults()).isGreaterThan(steps / 100);
            assertThat(model.memory().revision()).isGreaterThan(steps / 5);
        }
    }

    @Test
    void claimsAreExactlyWhatTheStoredObjectsHold() {
        run(50_000);
    }

    @Test
    @Tag("long")
    void claimsAreExactlyWhatTheStoredObjectsHoldForTenMillionSteps() {
        run(Long.getLong("allocation.steps", 10_000_000));
    }

    /** Allocations with one thing wrong. */
    enum Damage {
        KEEPS_A_CLAIM_OF_WHAT_IS_DELETED,
        FORGETS_A_CLAIM,
        KEEPS_A_CLAIM_THAT_A_CHANGE_LETS_GO,
        CLAIMS_WITHOUT_CONDITION,
        CLAIMS_WHATEVER_WAS_PUT_SINCE_IT_READ;

        Allocation of(Allocation sound, SplittableRandom random) {
            return new Allocation() {
                @Override
                public Claims plan(ObjectNode object, @Nullable ObjectNode old, boolean dryRun) {
                    Claims claims = sound.plan(object, old, dryRun);
                    return switch (Damage.this) {
                        case KEEPS_A_CLAIM_OF_WHAT_IS_DELETED -> claims;
                        case FORGETS_A_CLAIM -> without(claims, Op.Put.class);
                        case KEEPS_A_CLAIM_THAT_A_CHANGE_LETS_GO ->
                                without(claims, Op.Delete.class);
                        case CLAIMS_WITHOUT_CONDITION -> new Claims(List.of(), claims.ops());
                        case CLAIMS_WHATEVER_WAS_PUT_SINCE_IT_READ ->
                                new Claims(
                                        claims.conditions().stream()
                                                .filter(c -> !(c instanceof Condition.NoneNewerIn))
                                                .toList(),
                                        claims.ops());
                    };
                }

                @Override
                public Claims release(ObjectNode object) {
                    Claims claims = sound.release(object);
                    return Damage.this == KEEPS_A_CLAIM_OF_WHAT_IS_DELETED
                            ? without(claims, Op.Delete.class)
                            : claims;
                }

                // Once in a while.
                private Claims without(Claims claims, Class<? extends Op> kind) {
                    List<Op> ops = new ArrayList<>(claims.ops());
                    if (random.nextInt(100) == 0) {
                        ops.stream().filter(kind::isInstance).findFirst().ifPresent(ops::remove);
                    }
                    return new Claims(claims.conditions(), ops);
                }
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void theModelNoticesAnAllocationThatIsWrong(Damage damage) {
        long seed = seed();
        System.out.println("AllocationModelTest damage=" + damage + " seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        try (AllocationModel model = new AllocationModel(seed, sound -> damage.of(sound, random))) {
            assertThatThrownBy(() -> model.run(MOST_STEPS_UNNOTICED))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageMatching(
                            "(?s)(/claims/|/registry/networking.k8s.io/ipaddresses/).* (claimed by|is of|of) .*"
                                    + "|.*overlaps.*|held: .*");
        }
    }
}
