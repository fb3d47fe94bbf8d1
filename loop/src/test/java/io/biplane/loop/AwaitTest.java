package io.biplane.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

class AwaitTest {
    private final FakeTicker ticker = new FakeTicker();
    private final long start = ticker.nanos();

    private Await within(Duration limit) {
        return Await.within(limit).every(Duration.ofMillis(10)).ticker(ticker);
    }

    private Duration passed() {
        return Duration.ofNanos(ticker.nanos() - start);
    }

    @ParameterizedTest
    @CsvSource({
        // there at the n-th question, how long at most → questions, time, found
        "1, PT1S,    1, PT0S,    true",
        "3, PT1S,    3, PT0.02S, true",
        "1, PT0S,    1, PT0S,    true",
        "2, PT0S,    1, PT0S,    false",
        "9, PT0.03S, 4, PT0.03S, false",
        "9, PT0.025S, 4, PT0.03S, false",
        "4, PT0.03S, 4, PT0.03S, true",
    })
    void itAsksUntilThereIsAnAnswerOrTimeIsOver(
            int there, Duration limit, int questions, Duration time, boolean found)
            throws InterruptedException {
        int[] asked = {0};
        Optional<String> answer =
                within(limit)
                        .answer(() -> ++asked[0] >= there ? Optional.of("it") : Optional.empty());
        assertThat(answer).isEqualTo(found ? Optional.of("it") : Optional.empty());
        assertThat(asked[0]).isEqualTo(questions);
        assertThat(passed()).isEqualTo(time);
    }

    @Test
    void whoWaitsTooLongHearsWhatIsStillAmiss() throws InterruptedException {
        Optional<String> amiss =
                within(Duration.ofMillis(20)).until(() -> "it is " + passed().toMillis());
        assertThat(amiss).contains("it is 20");
    }

    @Test
    void nothingIsAmissOnceItHolds() throws InterruptedException {
        Optional<String> amiss =
                within(Duration.ofMillis(20)).until(() -> passed().isZero() ? "early" : "");
        assertThat(amiss).isEmpty();
        assertThat(passed()).isEqualTo(Duration.ofMillis(10));
    }

    @Test
    void aQuestionThatThrowsEndsTheWait() {
        assertThatThrownBy(
                        () -> {
                            Optional<String> _ =
                                    within(Duration.ofMillis(20))
                                            .until(() -> {
                                                throw new IOException("unreadable");
                                            });
                        })
                .isInstanceOf(IOException.class)
                .hasMessage("unreadable");
        assertThat(passed()).isZero();
    }

    @Test
    void anInterruptEndsTheWait() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(
                        () -> {
                            Optional<String> _ =
                                    Await.within(Duration.ofHours(1))
                                            .every(Duration.ofHours(1))
                                            .until(() -> "no");
                        })
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }
}
