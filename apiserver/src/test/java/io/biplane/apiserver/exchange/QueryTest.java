package io.biplane.apiserver.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryTest {
    /** Upstream's {@code Convert_Slice_string_To_bool}; what is empty is left open as a choice. */
    @ParameterizedTest
    @CsvSource({
        "'', false, ''",
        "watch, true, ''",
        "watch=, true, ''",
        "watch=true, true, true",
        "watch=True, true, true",
        "watch=1, true, true",
        "watch=t, true, true",
        "watch=no, true, true",
        "watch=0, false, false",
        "watch=false, false, false",
        "watch=False, false, false",
        "watch=0&watch=1, false, false",
        "watches=1, false, ''",
    })
    void aSwitchIsReadAsUpstreamReadsIt(String query, boolean flag, String choice) {
        assertThat(Query.parse(query).flag("watch")).isEqualTo(flag);
        assertThat(Query.parse(query).choice("watch").map(String::valueOf).orElse(""))
                .isEqualTo(choice);
    }
}
