package io.biplane.cli.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.cli.command.CommandFailure;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

class FlagTableTest {
    private static final FlagTable FLAGS =
            new FlagTable(
                    "kube-thing",
                    Set.of("cluster-cidr", "feature-gates"),
                    Set.of("profiling"),
                    Set.of("profiling", "v"),
                    Map.of("leader-elect", "leader election"));

    @Test
    void readsFlagsAsUpstreamWritesThem() {
        assertThat(
                        FLAGS.read(
                                List.of(
                                        "--feature-gates=\"IPv6DualStack=true\"",
                                        "--cluster-cidr",
                                        "10.244.0.0/16,fc00::/24",
                                        "-v=2",
                                        "--profiling")))
                .containsExactly(
                        Map.entry("feature-gates", "IPv6DualStack=true"),
                        Map.entry("cluster-cidr", "10.244.0.0/16,fc00::/24"),
                        Map.entry("v", "2"),
                        Map.entry("profiling", "true"));
    }

    @Test
    void namesAllThatIsWrongAtOnce() {
        assertThatThrownBy(() ->
                        FLAGS.read(List.of("--leader-elect=true", "--clustr-cidr=x", "up", "--v")))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining(
                        "--leader-elect is not built yet: it comes with leader election (leave it out)")
                .hasMessageContaining(
                        "unknown flag: --clustr-cidr (kube-thing knows cluster-cidr, feature-gates)")
                .hasMessageContaining("unknown argument \"up\"")
                .hasMessageContaining("flag needs an argument: --v");
    }

    @Test
    void readsDurationsAsUpstreamWritesThem() {
        Map.of(
                        "1h0m0s", Duration.ofHours(1),
                        "90s", Duration.ofSeconds(90),
                        "1.5h", Duration.ofMinutes(90),
                        "250ms", Duration.ofMillis(250),
                        "0", Duration.ZERO)
                .forEach((text, expected) -> {
                    List<String> faults = new ArrayList<>();
                    assertThat(
                                    FlagTable.duration(
                                            Map.of("event-ttl", text),
                                            "event-ttl",
                                            Duration.ofDays(1),
                                            faults))
                            .isEqualTo(expected);
                    assertThat(faults).isEmpty();
                });
        for (String text : List.of("", "1", "h", "1h30", "-1h", "1 h")) {
            List<String> faults = new ArrayList<>();
            FlagTable.duration(Map.of("event-ttl", text), "event-ttl", Duration.ZERO, faults);
            assertThat(faults)
                    .singleElement()
                    .asString()
                    .startsWith(
                            "invalid argument \"%s\" for \"--event-ttl\" flag: time: invalid duration \"%s\" ("
                                    .formatted(text, text));
        }
    }
}
