package io.biplane.network.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

class PodIpamTest {

    @ParameterizedTest
    @CsvSource({
        // podCIDR, first, last handed out, how many
        "10.244.1.0/24, 10.244.1.2, 10.244.1.254, 253",
        "10.244.1.248/29, 10.244.1.250, 10.244.1.254, 5",
        "10.0.0.0/30, 10.0.0.2, 10.0.0.2, 1",
        "fd00:10:244::/119, fd00:10:244::2, fd00:10:244::17f, 382",
        "fd00:10:244::/120, fd00:10:244::2, fd00:10:244::ff, 254",
        "fd00:10:244::/121, fd00:10:244::2, fd00:10:244::7f, 126",
        "fd00:10:244::/125, fd00:10:244::2, fd00:10:244::7, 6",
        "fd00:10:244::/126, fd00:10:244::2, fd00:10:244::3, 2",
    })
    void aBlockGivesExactlyItsPodAddressesEachOnce(
            String cidr, String first, String last, int count) {
        PodIpam ipam = new PodIpam(List.of(Prefix.parse(cidr)));
        List<Addr> given = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            given.addAll(ipam.allocate());
        }
        assertThat(given.getFirst()).hasToString(first);
        assertThat(given.getLast()).hasToString(last);
        assertThat(new HashSet<>(given)).hasSize(count);
        assertThatThrownBy(ipam::allocate)
                .hasMessage(
                        "no IP addresses available in range set: %s-%s (podCIDR %s: all %d pod addresses are in use; delete pods of this node, or give nodes larger blocks)"
                                .formatted(first, last, cidr, count));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/31, ipv4 30",
        "10.0.0.0/32, ipv4 30",
        "fd00::/127, ipv6 126",
        "fd00::/128, ipv6 126"
    })
    void aBlockWithoutRoomIsRefusedWithARemedy(String cidr, String remedy) {
        Prefix block = Prefix.parse(cidr);
        String fault =
                "Network %s too small to allocate from (no pod fits a node block of /%d: give kube-controller-manager --node-cidr-mask-size-%s or less, then make the Node anew)"
                        .formatted(cidr, block.bits(), remedy);
        assertThat(PodIpam.fault(List.of(Prefix.parse("192.0.2.0/24"), block))).contains(fault);
        assertThatThrownBy(() -> new PodIpam(List.of(block)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(fault);
    }

    @Test
    void addressesComeInPodCidrOrder() {
        PodIpam ipam =
                new PodIpam(List.of(Prefix.parse("fd00:10::/64"), Prefix.parse("10.244.0.0/24")));
        assertThat(ipam.allocate())
                .containsExactly(Addr.parse("fd00:10::2"), Addr.parse("10.244.0.2"));
    }

    @Test
    void aFreedAddressIsUsedAgainLast() {
        PodIpam ipam = new PodIpam(List.of(Prefix.parse("10.0.0.0/29")));
        List<Addr> first = ipam.allocate();
        ipam.free(first);
        List<Addr> order = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            order.addAll(ipam.allocate());
        }
        assertThat(order.getLast()).isEqualTo(first.getFirst());
    }

    @Test
    void whenTheSecondFamilyIsFullTheFirstGivesItsAddressBack() {
        PodIpam ipam =
                new PodIpam(List.of(Prefix.parse("10.0.0.0/24"), Prefix.parse("fd00::/121")));
        for (int i = 0; i < 126; i++) {
            ipam.allocate();
        }
        assertThatThrownBy(ipam::allocate).hasMessageContaining("fd00::/121");
        assertThat(ipam.used(IpFamily.IPV4)).isEqualTo(126);
    }

    @Test
    void reservedAddressesAreNotHandedOut() {
        PodIpam ipam = new PodIpam(List.of(Prefix.parse("10.0.0.0/29")));
        assertThat(ipam.reserve(Addr.parse("10.0.0.2"))).isTrue();
        assertThat(ipam.reserve(Addr.parse("10.0.0.2"))).isFalse();
        assertThat(ipam.reserve(Addr.parse("10.0.0.1"))).isFalse();
        assertThat(ipam.reserve(Addr.parse("10.9.0.2"))).isFalse();
        assertThat(ipam.allocate()).containsExactly(Addr.parse("10.0.0.3"));
    }
}
