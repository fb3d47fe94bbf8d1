package io.biplane.controllers.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantityTest {
    @ParameterizedTest
    @CsvSource({
        "250m, 250",
        "2, 2000",
        "0.5, 500",
        "1u, 1",
        "1e3, 1000000",
        "1E3, 1000000",
        "'', 0",
        "1k, 1000000"
    })
    void readsThousandths(String text, long milli) {
        assertThat(Quantity.milli(text)).isEqualTo(milli);
    }

    @ParameterizedTest
    @CsvSource({"64Mi, 67108864", "1G, 1000000000", "1500m, 2", "8Ei, 9223372036854775807"})
    void readsUnitsRoundedUp(String text, long units) {
        assertThat(Quantity.units(text)).isEqualTo(units);
    }

    @Test
    void refusesUnknownSuffixes() {
        assertThatIllegalArgumentException().isThrownBy(() -> Quantity.units("1Q"));
    }
}
