package io.biplane.netip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.List;

class DualStackTest {
    private static final Prefix V4 = Prefix.parse("10.244.0.0/16");
    private static final Prefix V6 = Prefix.parse("fc00::/24");

    @Test
    void keepsTheOrderOfPreference() {
        DualStack<Prefix> ipv6First = DualStack.ofPrefixes(List.of(V6, V4));
        assertThat(ipv6First.primary()).isEqualTo(V6);
        assertThat(ipv6First.secondary()).contains(V4);
        assertThat(ipv6First.get(IpFamily.IPV4)).contains(V4);
        assertThat(ipv6First.families()).containsExactly(IpFamily.IPV6, IpFamily.IPV4);
        assertThat(ipv6First).isNotEqualTo(DualStack.ofPrefixes(List.of(V4, V6)));
    }

    @Test
    void mayHaveOneFamilyOnly() {
        DualStack<Prefix> single = DualStack.ofPrefixes(List.of(V6));
        assertThat(single.isDual()).isFalse();
        assertThat(single.secondary()).isEmpty();
        assertThat(single.get(IpFamily.IPV4)).isEmpty();
    }

    @Test
    void refusesNoneThreeAndTwoOfOneFamily() {
        assertThatThrownBy(() -> DualStack.ofPrefixes(List.of()))
                .hasMessageContaining("one or two");
        assertThatThrownBy(() -> DualStack.ofPrefixes(List.of(V4, V6, V4)))
                .hasMessageContaining("one or two");
        assertThatThrownBy(() -> DualStack.ofPrefixes(List.of(V4, Prefix.parse("10.0.0.0/24"))))
                .hasMessageContaining("both of family IPv4");
    }
}
