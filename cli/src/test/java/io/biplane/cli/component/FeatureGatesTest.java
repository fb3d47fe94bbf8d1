package io.biplane.cli.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeatureGatesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | true",
                "IPv6DualStack=true | true",
                "IPv6DualStack=false | false",
                "EndpointSlice=true,IPv6DualStack=false | false",
                "EndpointSlice=true | true",
            })
    void dualStackIsOnUnlessItIsTurnedOff(String flag, boolean dualStack) {
        assertThat(FeatureGates.parse(flag).dualStack()).isEqualTo(dualStack);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "IPv6DualStak=true | unrecognized feature gate: IPv6DualStak",
                "IPv6DualStack | missing bool value for IPv6DualStack",
                "IPv6DualStack=yes | invalid value of IPv6DualStack=yes, err: not a bool",
            })
    void namesWhatIsWrong(String flag, String message) {
        assertThatThrownBy(() -> FeatureGates.parse(flag))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message)
                .hasMessageContaining("--feature-gates=" + flag);
    }

    @Test
    void namesAllFaultsAtOnce() {
        assertThatThrownBy(() -> FeatureGates.parse("A=true,B=true"))
                .hasMessageContaining("gate: A")
                .hasMessageContaining("gate: B");
    }
}
