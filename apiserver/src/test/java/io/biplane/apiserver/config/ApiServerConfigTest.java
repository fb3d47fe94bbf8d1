package io.biplane.apiserver.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.netip.Addr;
import io.biplane.netip.allocation.PortRange;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The start matrix of upstream's flags. */
class ApiServerConfigTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.96.0.0/16,fd00:10:96::/112 | true",
                "10.96.0.0/16,fd00:10:96::/108 | true",
                "10.0.0.0/12 | true",
                "10.0.0.0/8,fd00::/64 | true",
                "10.96.0.0/29,fd00::/125 | true",
                "fd00:10:96::/112,10.96.0.0/16 | true",
                "fd00:10:96::/112 | true",
            })
    void startsWith(String ranges, boolean gate) {
        assertThat(config(ranges, gate).validate()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "10.96.0.0/16,fd00::/63 | true | shortest allowed prefix length for service CIDR is 64, got 63 (",
                "fd00::/48 | true | shortest allowed prefix length for service CIDR is 64, got 48 (",
                "10.0.0.0/16,10.1.0.0/16 | true | --service-cluster-ip-range[0] and --service-cluster-ip-range[1] must be of different IP family (",
                "10.0.0.0/16,fd00::/112,10.1.0.0/16 | true | --service-cluster-ip-range must not contain more than two entries (",
                "127.96.0.0/16,fd00:10:96::/112 | true | no Service can be reached in 127.96.0.0/16: it overlaps 127.0.0.0/8 (loopback addresses) (",
                "10.96.0.0/16,ff0e::/112 | true | no Service can be reached in ff0e::/112: it overlaps ff00::/8 (multicast addresses) (",
                "`` | true | --service-cluster-ip-range must contain at least one valid cidr (",
                "10.0.0.0/30 | true | error determining service IP ranges for primary service cidr: the service cluster IP range must be at least 8 IP addresses (",
                "10.96.0.0/16,fd00:10:96::/112 | false | secondary service cluster-ip range(--service-cluster-ip-range[1]) can only be used if IPv6DualStack and EndpointSlice feature is enabled (",
            })
    void refuses(String ranges, boolean gate, String literal) {
        assertThat(config(ranges, gate).validate())
                .anySatisfy(fault ->
                        assertThat(fault)
                                .startsWith(literal)
                                .contains("--service-cluster-ip-range=" + ranges));
    }

    @Test
    void theAdvertisedFamilyIsThatOfTheFirstRange() {
        ApiServerConfig config =
                new ApiServerConfig(
                        ApiServerConfig.parseServiceRanges("10.0.0.0/24"),
                        PortRange.NODE_PORTS,
                        List.of(Addr.parse("fd00::1")),
                        6443,
                        Path.of("unused"),
                        List.of(),
                        true);

        assertThat(config.validate())
                .singleElement()
                .asString()
                .startsWith(
                        "service IP family \"10.0.0.0/24\" must match public address family \"fd00::1\" (");
    }

    @Test
    void eventsMustBeKeptForATime() {
        ApiServerConfig config = config("10.0.0.0/24", true);
        assertThat(config.eventTtl()).isEqualTo(Duration.ofHours(1));
        assertThat(config.withEventTtl(Duration.ofSeconds(1)).validate()).isEmpty();
        assertThat(config.withEventTtl(Duration.ZERO).validate())
                .containsExactly(
                        "--event-ttl must be longer than 0 and at most 8736h (--event-ttl=0ms: give a duration such as 1h0m0s)");
    }

    @Test
    void whatIsNoRangeIsRefusedWithItsPlace() {
        assertThatThrownBy(() -> ApiServerConfig.parseServiceRanges("10.96.0.0/16, fd00::/112"))
                .hasMessageStartingWith("service-cluster-ip-range[1] is not a valid cidr");
    }

    private static ApiServerConfig config(String ranges, boolean gate) {
        return new ApiServerConfig(
                ApiServerConfig.parseServiceRanges(ranges),
                PortRange.NODE_PORTS,
                List.of(),
                6443,
                Path.of("unused"),
                List.of(),
                gate);
    }
}
