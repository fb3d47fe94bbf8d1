package io.biplane.apiserver.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Values are 0 to 9; the index gives the lowest one that it holds free. */
class FreeValuesTest {
    private final Set<Integer> index = new TreeSet<>();
    private final Set<Integer> store = new HashSet<>();
    private long nanos;
    private int catchUps;

    private final FreeValues<Integer> free =
            new FreeValues<>(this::choose, store::contains, this::catchUp, () -> nanos);

    private Optional<Integer> choose(Set<Integer> except) {
        for (int i = 0; i < 10; i++) {
            if (!index.contains(i) && !except.contains(i)) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }

    private void catchUp() {
        catchUps++;
        index.clear();
        index.addAll(store);
    }

    @Test
    void whatWasOfferedAMomentAgoIsOfferedAgainLast() {
        for (int i = 0; i < 10; i++) {
            nanos += Duration.ofMillis(10).toNanos();
            assertThat(free.find(Set.of())).contains(i);
        }
        assertThat(free.find(Set.of())).as("the last one tried").contains(9);
        assertThat(free.find(Set.of(9))).contains(8);
        nanos += Duration.ofMillis(955).toNanos();
        assertThat(free.find(Set.of())).as("offered 1,045 ms ago").contains(0);
        assertThat(free.find(Set.of())).as("offered 1,035 ms ago").contains(1);
        assertThat(free.find(Set.of())).contains(2);
        assertThat(free.find(Set.of())).contains(3);
        assertThat(free.find(Set.of())).contains(4);
        assertThat(free.find(Set.of())).as("995 ms ago; all are offered").contains(9);
        assertThat(catchUps).isZero();
    }

    @Test
    void theStoreIsAskedBeforeAValueIsOffered() {
        store.addAll(Set.of(0, 1, 2));
        assertThat(free.find(Set.of())).contains(3);
        assertThat(catchUps).isZero();
    }

    @Test
    void onlyWhereNothingIsLeftTheIndexCatchesUpOnce() {
        for (int i = 0; i < 10; i++) {
            index.add(i);
            store.add(i);
        }
        assertThat(free.find(Set.of())).isEmpty();
        assertThat(catchUps).isEqualTo(1);
        store.remove(7);
        assertThat(free.find(Set.of())).contains(7);
        assertThat(catchUps).isEqualTo(2);
        assertThat(free.find(Set.of(7))).isEmpty();
    }
}
