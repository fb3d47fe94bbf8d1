package io.biplane.netip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

class PrefixTest {
    @ParameterizedTest
    @CsvSource({
        "10.244.0.0/16, 24, 1, 10.244.1.0/24",
        "fc00::/24, 64, 0, fc00::/64",
        "fc00::/24, 64, 1, fc00:0:0:1::/64",
        "fc00::/24, 64, 1099511627775, fc00:ff:ffff:ffff::/64",
        "fd00:10:244::/56, 72, 257, fd00:10:244:1:100::/72", // across the 64-bit boundary
        "10.0.0.0/8, 8, 0, 10.0.0.0/8",
        "0.0.0.0/0, 32, 4294967295, 255.255.255.255/32",
        "::/0, 64, -1, ffff:ffff:ffff:ffff::/64",
    })
    void subnetsAreNumberedFromTheFirst(String parent, int bits, long index, String subnet) {
        Prefix prefix = Prefix.parse(parent);
        assertThat(prefix.subnet(bits, index)).hasToString(subnet);
        assertThat(prefix.indexOf(Prefix.parse(subnet))).isEqualTo(index);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.0.0.1/8 | bits set beyond the prefix length: the block is 10.0.0.0/8",
                "10.0.0.0/33 | prefix length 33 is not in 0..32",
                "fd00::/129 | prefix length 129 is not in 0..128",
                "10.0.0.0 | it has no \"/<prefix length>\"",
                "10.0.0.0/ | \"\" is not a prefix length",
                "10.0.0.0/08 | \"08\" is not a prefix length",
                "10.0.0.0/-1 | \"-1\" is not a prefix length",
                "::ffff:10.0.0.0/104 | IPv4-mapped",
            })
    void refusesWithTheReason(String text, String reason) {
        assertThatThrownBy(() -> Prefix.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "10.0.0.0/8 10.0.0.0/16 10.255.0.0/16 11.0.0.0/8, 10.0.0.0/8 11.0.0.0/8",
        "fd00::/8 0.0.0.0/0 10.0.0.0/8 fd00::/8, 0.0.0.0/0 fd00::/8",
        "10.0.1.0/24 10.0.0.0/24, 10.0.0.0/24 10.0.1.0/24"
    })
    void nestedBlocksAreLeftOut(String blocks, String disjoint) {
        assertThat(Prefix.withoutNested(prefixes(blocks))).isEqualTo(prefixes(disjoint));
    }

    private static List<Prefix> prefixes(String blocks) {
        return Stream.of(blocks.split(" ")).filter(b -> !b.isEmpty()).map(Prefix::parse).toList();
    }

    @Test
    void nonPublicBlocksAreDisjoint() {
        assertThat(Prefix.withoutNested(Addr.nonPublicBlocks()))
                .hasSameSizeAs(Addr.nonPublicBlocks());
    }

    @Test
    void masksHostBitsWhereAsked() {
        assertThat(Prefix.parseMasked("10.1.2.3/8")).hasToString("10.0.0.0/8");
        assertThat(Prefix.parseMasked("fd00::1:2/64")).hasToString("fd00::/64");
        assertThat(Prefix.of(Addr.parse("fd00::1"), 0)).hasToString("::/0");
    }

    @Test
    void refusesSubnetsThatDoNotExist() {
        Prefix prefix = Prefix.parse("10.0.0.0/30");
        assertThatThrownBy(() -> prefix.subnet(32, 4))
                .hasMessageContaining("no /32 subnet number 4");
        assertThatThrownBy(() -> prefix.subnet(29, 0)).hasMessageContaining("not in 30..32");
        assertThatThrownBy(() -> prefix.at(4)).hasMessageContaining("no address number 4");
        assertThatThrownBy(() -> prefix.indexOf(Prefix.parse("10.0.1.0/30")))
                .hasMessageContaining("not a subnet");
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void containmentOverlapAndOffsetsAgreeOnRandomBlocks(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            Prefix one = random(random);
            Prefix other = random(random);
            boolean inside = one.contains(other.first()) && one.contains(other.last());
            assertThat(one.contains(other)).isEqualTo(inside);
            assertThat(one.overlaps(other)).isEqualTo(one.contains(other) || other.contains(one));
            assertThat(one.at(one.offsetOf(one.last()))).isEqualTo(one.last());
            assertThat(Prefix.parse(one.toString())).isEqualTo(one);
        }
    }

    private static Prefix random(Random random) {
        IpFamily family = random.nextBoolean() ? IpFamily.IPV4 : IpFamily.IPV6;
        byte[] bytes = new byte[family.bytes()];
        bytes[0] = 0x20;
        bytes[1] = (byte) random.nextInt(4);
        bytes[family.bytes() - 1] = (byte) random.nextInt(4);
        return Prefix.of(Addr.ofBytes(bytes), random.nextInt(family.bits() + 1));
    }
}
