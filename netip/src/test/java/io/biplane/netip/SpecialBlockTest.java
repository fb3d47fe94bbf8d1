package io.biplane.netip;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecialBlockTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0.0.0.0/24 | 0.0.0.0/8 (unspecified addresses)",
                "127.0.0.0/16 | 127.0.0.0/8 (loopback addresses)",
                "126.0.0.0/7 | 127.0.0.0/8 (loopback addresses)",
                "169.254.7.0/24 | 169.254.0.0/16 (link-local addresses)",
                "224.0.0.0/8 | 224.0.0.0/4 (multicast addresses)",
                "255.255.255.0/24 | 255.255.255.255/32 (the broadcast address)",
                "::/64 | ::/128 (the unspecified address)",
                "::1/128 | ::1/128 (the loopback address)",
                "fe80::/64 | fe80::/10 (link-local addresses)",
                "ff0e::/64 | ff00::/8 (multicast addresses)",
            })
    void blocksThatOverlapASpecialOneAreNamed(String range, String special) {
        assertThat(SpecialBlock.overlapping(Prefix.parse(range)))
                .map(Object::toString)
                .contains(special);
    }

    /** Documentation, benchmarking and reserved blocks are routed like any other. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.244.0.0/16",
                "100.64.0.0/10",
                "192.0.2.0/24",
                "198.18.0.0/15",
                "240.0.0.0/8",
                "8.8.8.0/24",
                "fc00::/24",
                "2001:db8::/32",
                "2001:4860::/48",
                "64:ff9b::/96"
            })
    void othersAreFree(String range) {
        assertThat(SpecialBlock.overlapping(Prefix.parse(range))).isEmpty();
    }
}
