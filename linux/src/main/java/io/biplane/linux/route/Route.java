package io.biplane.linux.route;

import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.util.Optional;

/**
 * A route.
 *
 * @param kind what becomes of a packet
 * @param via the next hop, of the destination's family
 * @param linkIndex 0 where the kind needs no link, or the route has several next hops
 * @param table {@link #MAIN} usually
 * @param protocol who made it, such as {@link #PROTOCOL_BOOT}
 * @param onlink the next hop is reachable through the link though no route says so
 * @param metric 0 leaves it to the kernel, which takes 1024 for IPv6
 * @param preferredSource the address that packets of this host get on this way
 */
public record Route(
        Kind kind,
        Prefix destination,
        Optional<Addr> via,
        int linkIndex,
        int table,
        int protocol,
        Scope scope,
        boolean onlink,
        int metric,
        Optional<Addr> preferredSource) {
    // linux/rtnetlink.h
    public static final int MAIN = 254;
    public static final int LOCAL = 255;
    public static final int PROTOCOL_KERNEL = 2;
    public static final int PROTOCOL_BOOT = 3;
    public static final int PROTOCOL_STATIC = 4;
    public static final int PROTOCOL_RA = 9;

    /** What becomes of a packet that a route matches. */
    public enum Kind {
        UNICAST(1),
        LOCAL(2),
        BROADCAST(3),
        ANYCAST(4),
        MULTICAST(5),
        BLACKHOLE(6),
        UNREACHABLE(7),
        PROHIBIT(8);

        private final int value;

        Kind(int value) {
            this.value = value;
        }

        int value() {
            return value;
        }

        static Kind of(int value) {
            return value >= 1 && value <= values().length ? values()[value - 1] : UNICAST;
        }
    }

    public Route {
        if (via.isPresent() && via.get().family() != destination.family()) {
            throw new IllegalArgumentException(
                    "the next hop %s of %s is of the other family"
                            .formatted(via.get(), destination));
        }
    }

    /** A route to a destination that the link reaches by itself. */
    public static Route direct(Prefix destination, int linkIndex) {
        Scope scope = destination.family() == IpFamily.IPV4 ? Scope.LINK : Scope.GLOBAL;
        return new Route(
                Kind.UNICAST,
                destination,
                Optional.empty(),
                linkIndex,
                MAIN,
                PROTOCOL_STATIC,
                scope,
                false,
                0,
                Optional.empty());
    }

    /** A route by way of {@code via}, which is taken to be on the link. */
    public static Route via(Prefix destination, Addr via, int linkIndex) {
        return new Route(
                Kind.UNICAST,
                destination,
                Optional.of(via),
                linkIndex,
                MAIN,
                PROTOCOL_STATIC,
                Scope.GLOBAL,
                true,
                0,
                Optional.empty());
    }

    /** A destination whose packets are answered with "unreachable". */
    public static Route unreachable(Prefix destination) {
        return new Route(
                Kind.UNREACHABLE,
                destination,
                Optional.empty(),
                0,
                MAIN,
                PROTOCOL_STATIC,
                Scope.GLOBAL,
                false,
                0,
                Optional.empty());
    }

    /** The same with the address that packets of this host get. */
    public Route from(Addr source) {
        return new Route(
                kind,
                destination,
                via,
                linkIndex,
                table,
                protocol,
                scope,
                onlink,
                metric,
                Optional.of(source));
    }

    public IpFamily family() {
        return destination.family();
    }

    @Override
    public String toString() {
        return "%s%s%s%s"
                .formatted(
                        kind == Kind.UNICAST
                                ? ""
                                : kind.name().toLowerCase(java.util.Locale.ROOT) + " ",
                        destination,
                        via.map(a -> " via " + a).orElse(""),
                        linkIndex == 0 ? "" : " dev " + linkIndex);
    }
}
