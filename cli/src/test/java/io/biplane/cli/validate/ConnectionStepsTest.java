package io.biplane.cli.validate;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.cli.validate.Finding.Failed;
import io.biplane.cli.validate.Vantage.Answered;
import io.biplane.cli.validate.Vantage.Lost;
import io.biplane.cli.validate.Vantage.Refused;
import io.biplane.cli.validate.Vantage.Result;
import io.biplane.netip.Addr;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** What is found of a Service, by what its attempts come to. */
class ConnectionStepsTest {
    private static final Duration SOON = Duration.ofMillis(1);
    private static final Result ANSWERED = new Answered("web", SOON);
    private static final Result REFUSED = new Refused(SOON);
    private static final Result NO_ROUTE = new Lost("No route to host", SOON);

    /** Whether it has endpoints, what the attempts come to (the last for ever), what is wrong. */
    static Stream<Arguments> attempts() {
        return Stream.of(
                Arguments.of(true, List.of(ANSWERED), ""),
                Arguments.of(true, List.of(REFUSED, ANSWERED), ""),
                Arguments.of(true, List.of(NO_ROUTE, NO_ROUTE, ANSWERED), ""),
                Arguments.of(true, List.of(REFUSED), "refused, though it has ready endpoints"),
                Arguments.of(true, List.of(NO_ROUTE), "No route to host"),
                Arguments.of(false, List.of(REFUSED), ""),
                Arguments.of(false, List.of(NO_ROUTE, REFUSED), ""),
                Arguments.of(false, List.of(ANSWERED, REFUSED), ""),
                Arguments.of(false, List.of(NO_ROUTE), "no endpoints: a refusal at once"),
                Arguments.of(false, List.of(ANSWERED), "no endpoints: a refusal at once"),
                Arguments.of(
                        false,
                        List.of(new Refused(Duration.ofMillis(900))),
                        "no endpoints: a refusal at once"));
    }

    @ParameterizedTest
    @MethodSource("attempts")
    void aProxyThatIsBehindIsAskedAgainAndOneThatStaysWrongIsNamed(
            boolean hasEndpoints, List<Result> results, String wrong) {
        ServiceTarget target =
                new ServiceTarget("ns/s", Addr.parse("fd96::9"), 80, false, false, hasEndpoints);
        Deque<Result> left = new ArrayDeque<>(results);
        Duration behind = wrong.isEmpty() ? Duration.ofSeconds(20) : SOON;
        Finding finding =
                ConnectionSteps.service(
                        target, "s", behind, () -> left.size() > 1 ? left.pop() : left.element());
        if (wrong.isEmpty()) {
            assertThat(finding.hasFailed()).as(finding.toString()).isFalse();
        } else {
            assertThat(finding.outcome())
                    .isInstanceOfSatisfying(
                            Failed.class, f -> assertThat(f.reason()).contains(wrong));
        }
    }
}
