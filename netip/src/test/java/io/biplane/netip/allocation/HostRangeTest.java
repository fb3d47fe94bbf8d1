package io.biplane.netip.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.math.BigInteger;

class HostRangeTest {
    private static HostRange range(String block) {
        return new HostRange(Prefix.parse(block));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.0.0.2, 10.255.255.254, 16777213",
        "10.244.1.0/24, 10.244.1.2, 10.244.1.254, 253",
        "10.244.1.248/29, 10.244.1.250, 10.244.1.254, 5",
        "10.0.0.4/30, 10.0.0.6, 10.0.0.6, 1",
        "fc00::/7, fc00::2, fdff:ffff:ffff:ffff:ffff:ffff:ffff:ff7f, 2658455991569831745807614120560689022",
        "fd00::/64, fd00::2, fd00::ffff:ffff:ffff:ff7f, 18446744073709551486",
        "fd00::/119, fd00::2, fd00::17f, 382",
        "fd00::/120, fd00::2, fd00::ff, 254",
        "fd00::80/121, fd00::82, fd00::ff, 126",
        "fd00::8/125, fd00::a, fd00::f, 6",
        "fd00::4/126, fd00::6, fd00::7, 2",
    })
    void endsAreKnown(String block, String first, String last, String size) {
        HostRange range = range(block);
        assertThat(range.first()).hasToString(first);
        assertThat(range.last()).hasToString(last);
        assertThat(range.size()).isEqualTo(new BigInteger(size));
        assertThat(range.contains(range.first())).isTrue();
        assertThat(range.contains(range.last())).isTrue();
        assertThat(range.contains(range.first().plus(-1))).isFalse();
        assertThat(range.contains(Addr.parse("192.0.2.1"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/31", "10.0.0.0/32", "fd00::/127", "fd00::/128"})
    void aBlockOfOneOrTwoAddressesHasNoneForHosts(String block) {
        HostRange range = range(block);
        assertThat(range.size()).isZero();
        assertThat(range.contains(range.block().first())).isFalse();
        assertThat(range.contains(range.block().last())).isFalse();
        assertThat(range.block().bits())
                .isGreaterThan(HostRange.longestPrefix(range.block().family()));
    }

    /** A larger block never has fewer addresses. */
    @ParameterizedTest
    @EnumSource(IpFamily.class)
    void sizeGrowsWithTheBlock(IpFamily family) {
        Addr zero = family == IpFamily.IPV4 ? Addr.parse("0.0.0.0") : Addr.parse("::");
        assertThat(new HostRange(Prefix.of(zero, HostRange.longestPrefix(family))).size())
                .isPositive();
        for (int bits = family.bits(); bits > 0; bits--) {
            assertThat(new HostRange(Prefix.of(zero, bits - 1)).size())
                    .as("/%d", bits - 1)
                    .isGreaterThanOrEqualTo(new HostRange(Prefix.of(zero, bits)).size());
        }
    }
}
