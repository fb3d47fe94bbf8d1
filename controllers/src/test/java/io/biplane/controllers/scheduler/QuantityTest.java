package io.biplane.controllers.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        assertThat(Quantity.milli(text, -1)).isEqualTo(milli);
    }

    @ParameterizedTest
    @CsvSource({"64Mi, 67108864", "1G, 1000000000", "1500m, 2", "8Ei, 9223372036854775807"})
    void readsUnitsRoundedUp(String text, long units) {
        assertThat(Quantity.units(text, -1)).isEqualTo(units);
    }

    /** Each of them would be a number of a billion digits, were it written out. */
    @ParameterizedTest
    @Timeout(5)
    @CsvSource({
        "1e999999999, 9223372036854775807",
        "1e999999999999, -1",
        "9e18, 9223372036854775807",
        "1e-999999999, 1",
        "1e-999999999Ei, 1",
        "0e999999999, 0",
        "-1e999999999, 0",
        "-5, 0",
    })
    void absurdNumbersAreDecidedByTheirDigits(String text, long milli) {
        assertThat(Quantity.milli(text, -1)).isEqualTo(milli);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1Q", "many", "Mi", "1.2.3", "0x10", "１e", "--1"})
    void whatIsNoQuantityIsSaidToBeUnreadable(String text) {
        assertThat(Quantity.units(text, 7)).isEqualTo(7);
    }

    @Test
    void aNovelIsNoQuantity() {
        assertThat(Quantity.units("1".repeat(1_000_000), 7)).isEqualTo(7);
    }
}
