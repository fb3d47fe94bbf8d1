package io.biplane.apiserver.config;

import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;
import io.biplane.netip.SpecialBlock;
import io.biplane.netip.allocation.PortRange;

import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What the API server is told at its start; each component is named after upstream's flag.
 *
 * @param serviceClusterIpRange one or two ranges of different families; the family of the first is
 *     the cluster's default
 * @param advertiseAddresses where members of the cluster reach this server, at most one of each
 *     family, the default family first
 * @param securePort where it listens and what the {@code kubernetes} Service points to
 * @param certificateNames further DNS names and addresses for the serving certificate
 * @param dualStackGate feature gate {@code IPv6DualStack}
 * @param eventTtl how long Events are kept after they were last written
 */
public record ApiServerConfig(
        List<Prefix> serviceClusterIpRange,
        PortRange serviceNodePortRange,
        List<Addr> advertiseAddresses,
        int securePort,
        Path pkiDir,
        List<String> certificateNames,
        boolean dualStackGate,
        Duration eventTtl) {
    /** Upstream's. */
    public static final Duration DEFAULT_EVENT_TTL = Duration.ofHours(1);

    private static final Duration LONGEST_EVENT_TTL = Duration.ofDays(364);
    private static final BigInteger LEAST_RANGE = BigInteger.valueOf(8);
    private static final int SHORTEST_IPV6_PREFIX = 64;

    public ApiServerConfig {
        serviceClusterIpRange = List.copyOf(serviceClusterIpRange);
        advertiseAddresses = List.copyOf(advertiseAddresses);
        certificateNames = List.copyOf(certificateNames);
    }

    /** With upstream's defaults for what is not named. */
    public ApiServerConfig(
            List<Prefix> serviceClusterIpRange,
            PortRange serviceNodePortRange,
            List<Addr> advertiseAddresses,
            int securePort,
            Path pkiDir,
            List<String> certificateNames,
            boolean dualStackGate) {
        this(
                serviceClusterIpRange,
                serviceNodePortRange,
                advertiseAddresses,
                securePort,
                pkiDir,
                certificateNames,
                dualStackGate,
                DEFAULT_EVENT_TTL);
    }

    /** The same with another {@link #eventTtl}. */
    public ApiServerConfig withEventTtl(Duration ttl) {
        return new ApiServerConfig(
                serviceClusterIpRange,
                serviceNodePortRange,
                advertiseAddresses,
                securePort,
                pkiDir,
                certificateNames,
                dualStackGate,
                ttl);
    }

    /**
     * Reads {@code --service-cluster-ip-range}: one or more ranges with commas between, without
     * blanks, as upstream does.
     *
     * @throws IllegalArgumentException if an entry is no range, in upstream's words and with a
     *     remedy
     */
    public static List<Prefix> parseServiceRanges(String flag) {
        List<Prefix> ranges = new ArrayList<>();
        for (String entry : flag.isEmpty() ? new String[0] : flag.split(",", -1)) {
            try {
                ranges.add(Prefix.parseMasked(entry));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "service-cluster-ip-range[%d] is not a valid cidr (--service-cluster-ip-range=%s: %s; write <IPv4 range>,<IPv6 range> without blanks)"
                                .formatted(ranges.size(), flag, e.getMessage()),
                        e);
            }
        }
        return ranges;
    }

    /**
     * All faults, none if the server can start. Each is upstream's sentence, then in parentheses
     * the flag, its value and the remedy.
     */
    public List<String> validate() {
        List<String> faults = new ArrayList<>();
        int count = serviceClusterIpRange.size();
        if (count == 0) {
            faults.add(
                    range(
                            "--service-cluster-ip-range must contain at least one valid cidr",
                            "give a range, e.g. 10.96.0.0/16,fd00:10:96::/112"));
        } else if (count > 2) {
            faults.add(
                    range(
                            "--service-cluster-ip-range must not contain more than two entries",
                            "give one range of each family"));
        }
        for (int i = 0; i < Math.min(count, 2); i++) {
            validateSize(i, faults);
        }
        if (count == 2) {
            validatePair(faults);
        }
        validateAddresses(faults);
        if (securePort < 1 || securePort > 65535) {
            faults.add(
                    "--secure-port %d must be between 1 and 65535, inclusive. It cannot be turned off with 0 (--secure-port=%d: give a free port, e.g. 6443)"
                            .formatted(securePort, securePort));
        }
        if (!eventTtl.isPositive() || eventTtl.compareTo(LONGEST_EVENT_TTL) > 0) {
            faults.add(
                    "--event-ttl must be longer than 0 and at most %dh (--event-ttl=%dms: give a duration such as 1h0m0s)"
                            .formatted(LONGEST_EVENT_TTL.toHours(), eventTtl.toMillis()));
        }
        return faults;
    }

    private void validateSize(int index, List<String> faults) {
        Prefix range = serviceClusterIpRange.get(index);
        if (range.size().compareTo(LEAST_RANGE) < 0) {
            faults.add(
                    range(
                            "error determining service IP ranges for %s service cidr: the service cluster IP range must be at least 8 IP addresses"
                                    .formatted(index == 0 ? "primary" : "secondary"),
                            "shorten the prefix of " + range));
        }
        SpecialBlock.overlapping(range)
                .ifPresent(special ->
                        faults.add(
                                range(
                                        "no Service can be reached in %s: it overlaps %s"
                                                .formatted(range, special),
                                        "give another range, such as 10.96.0.0/16,fd00:10:96::/112")));
        if (range.family() == IpFamily.IPV6 && range.bits() < SHORTEST_IPV6_PREFIX) {
            faults.add(
                    range(
                            "shortest allowed prefix length for service CIDR is %d, got %d"
                                    .formatted(SHORTEST_IPV6_PREFIX, range.bits()),
                            "lengthen the prefix of %s to /%d or more"
                                    .formatted(range, SHORTEST_IPV6_PREFIX)));
        }
    }

    private void validatePair(List<String> faults) {
        if (serviceClusterIpRange.get(0).family() == serviceClusterIpRange.get(1).family()) {
            faults.add(
                    range(
                            "--service-cluster-ip-range[0] and --service-cluster-ip-range[1] must be of different IP family",
                            "give one range of each family"));
        }
        if (!dualStackGate) {
            faults.add(
                    range(
                            "secondary service cluster-ip range(--service-cluster-ip-range[1]) can only be used if IPv6DualStack and EndpointSlice feature is enabled",
                            "leave the second range out, or set --feature-gates=IPv6DualStack=true"));
        }
    }

    private void validateAddresses(List<String> faults) {
        if (serviceClusterIpRange.isEmpty() || advertiseAddresses.isEmpty()) {
            return;
        }
        Prefix primary = serviceClusterIpRange.getFirst();
        Addr address = advertiseAddresses.getFirst();
        if (primary.family() != address.family()) {
            faults.add(
                    "service IP family \"%s\" must match public address family \"%s\" (--advertise-address=%s: name the %s address first, or put the other range first in --service-cluster-ip-range)"
                            .formatted(primary, address, address, primary.family().apiName()));
        }
    }

    private String range(String literal, String remedy) {
        return "%s (--service-cluster-ip-range=%s: %s)"
                .formatted(
                        literal,
                        String.join(
                                ",", serviceClusterIpRange.stream().map(Prefix::toString).toList()),
                        remedy);
    }
}
