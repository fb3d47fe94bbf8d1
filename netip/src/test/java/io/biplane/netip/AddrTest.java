package io.biplane.netip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;

class AddrTest {
    @ParameterizedTest
    @CsvSource({
        "10.244.1.4, 10.244.1.4",
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255",
        "::, ::",
        "::1, ::1",
        "1::, 1::",
        "2001:DB8:0:0:0:0:0:4, 2001:db8::4",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1", // RFC 5952, 4.2.2: a single zero group stays
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1", // RFC 5952, 4.2.3: the longest run
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1", // RFC 5952, 4.2.3: the first of equals
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
    })
    void parsesAndPrintsCanonically(String text, String canonical) {
        assertThat(Addr.parse(text)).hasToString(canonical);
        assertThat(Addr.parse(canonical)).isEqualTo(Addr.parse(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.0.0.010 | leading zeros",
                "10.0.0 | 4 octets",
                "10.0.0.256 | from 0 to 255",
                "10.0.0.+1 | from 0 to 255",
                "10.0.0.٣ | from 0 to 255",
                "::ffff:10.0.0.1 | an IPv4 address in disguise: write 10.0.0.1",
                "::ffff:a00:1 | IPv4-mapped",
                "fe80::1%eth0 | zone id",
                "1:2:3:4:5:6:7 | 8 groups, this has 7",
                "1:2:3:4:5:6:7:8:9 | 8 groups, this has 9",
                "1::2::3 | only once",
                "1:2:3:4:5:6:7::8 | at least one group",
                "12345:: | 1 to 4 hexadecimal digits",
                ":1:2:3:4:5:6:7 | 1 to 4 hexadecimal digits",
                "1:2:3:4:5:6:7: | 1 to 4 hexadecimal digits",
                ":: 1 | 1 to 4 hexadecimal digits",
                "1.2.3.4::1 | 1 to 4 hexadecimal digits",
            })
    void refusesWithTheReason(String text, String reason) {
        assertThatThrownBy(() -> Addr.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + text + "\" is not an IP address")
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void agreesWithTheJdkOnRandomAddresses(long seed) throws UnknownHostException {
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(bytes);
            if (bytes.length == 16) {
                bytes[0] |= 1; // never IPv4-mapped, whatever is cleared below
            }
            for (int zeros = random.nextInt(bytes.length); zeros > 0; zeros--) {
                bytes[1 + random.nextInt(bytes.length - 1)] = 0;
            }
            Addr address = Addr.ofBytes(bytes);
            assertThat(address.toBytes()).isEqualTo(bytes);
            assertThat(Addr.parse(address.toString())).isEqualTo(address);
            assertThat(InetAddress.getByName(address.toString()))
                    .isEqualTo(address.toInetAddress());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, true", "172.31.0.1, true", "172.32.0.1, false", "192.168.1.1, true",
        "100.64.0.1, true", "8.8.8.8, false", "fd00::1, true", "fc00::1, true",
        "2001:db8::1, true", "2600::1, false", "fe80::1, true",
    })
    void knowsWhatNobodyOutsideCanAnswer(String text, boolean nonPublic) {
        assertThat(Addr.parse(text).isNonPublic()).isEqualTo(nonPublic);
    }

    @Test
    void addsAcrossTheHalvesAndRefusesToLeaveTheFamily() {
        assertThat(Addr.parse("fd00::ffff:ffff:ffff:ffff").plus(1)).hasToString("fd00:0:0:1::");
        assertThatThrownBy(() -> Addr.parse("255.255.255.255").plus(1))
                .hasMessageContaining("IPv4");
    }

    @Test
    void ordersAddressesAsUnsignedNumbers() {
        assertThat(Addr.parse("9.0.0.1")).isLessThan(Addr.parse("200.0.0.1"));
        assertThat(Addr.parse("7f00::")).isLessThan(Addr.parse("fd00::"));
        assertThat(Addr.parse("255.0.0.0")).isLessThan(Addr.parse("::"));
    }
}
