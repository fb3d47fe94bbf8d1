package io.biplane.linux.route;

import static io.biplane.linux.route.ChangeEncoder.AF_INET;
import static io.biplane.linux.route.ChangeEncoder.AF_INET6;

import io.biplane.linux.netlink.Attributes;
import io.biplane.linux.netlink.Message;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.util.Optional;
import java.util.OptionalInt;

/** Reads rtnetlink's answers. */
final class Decoder {
    private Decoder() {}

    static Link link(Message message) {
        Attributes attributes = message.attributes(16);
        int flags = message.s32(8);
        OptionalInt master = attributes.number(ChangeEncoder.IFLA_MASTER);
        return new Link(
                message.s32(4),
                attributes.string(ChangeEncoder.IFLA_IFNAME),
                attributes
                        .bytes(ChangeEncoder.IFLA_ADDRESS)
                        .filter(b -> b.length == 6)
                        .map(Mac::ofBytes),
                (flags & ChangeEncoder.IFF_UP) != 0,
                (flags & ChangeEncoder.IFF_LOWER_UP) != 0,
                (flags & ChangeEncoder.IFF_NOARP) == 0,
                attributes.number(ChangeEncoder.IFLA_MTU).orElse(0),
                master,
                attributes.nested(ChangeEncoder.IFLA_LINKINFO).string(ChangeEncoder.IFLA_INFO_KIND),
                attributes.number(ChangeEncoder.IFLA_LINK),
                attributes.number(ChangeEncoder.IFLA_LINK_NETNSID));
    }

    /** Empty for addresses of families other than the two. */
    static Optional<Address> address(Message message) {
        if (message.u8(0) != AF_INET && message.u8(0) != AF_INET6) {
            return Optional.empty();
        }
        Attributes attributes = message.attributes(8);
        int flags = attributes.number(ChangeEncoder.IFA_FLAGS).orElse(message.u8(2));
        return attributes
                .bytes(ChangeEncoder.IFA_LOCAL) // IFA_ADDRESS is the peer's where there is one
                .or(() -> attributes.bytes(ChangeEncoder.IFA_ADDRESS))
                .map(bytes ->
                        new Address(
                                message.s32(4),
                                Addr.ofBytes(bytes),
                                message.u8(1),
                                Scope.of(message.u8(3)),
                                (flags & ChangeEncoder.IFA_F_PERMANENT) != 0));
    }

    static Route route(Message message) {
        IpFamily family = message.u8(0) == AF_INET ? IpFamily.IPV4 : IpFamily.IPV6;
        Attributes attributes = message.attributes(12);
        Addr network =
                attributes
                        .bytes(ChangeEncoder.RTA_DST)
                        .map(Addr::ofBytes)
                        .orElse(new Addr(family, 0, 0));
        return new Route(
                Route.Kind.of(message.u8(7)),
                Prefix.of(network, message.u8(1)),
                attributes.bytes(ChangeEncoder.RTA_GATEWAY).map(Addr::ofBytes),
                attributes.number(ChangeEncoder.RTA_OIF).orElse(0),
                attributes.number(ChangeEncoder.RTA_TABLE).orElse(message.u8(4)),
                message.u8(5),
                Scope.of(message.u8(6)),
                (message.s32(8) & ChangeEncoder.RTNH_F_ONLINK) != 0,
                attributes.number(ChangeEncoder.RTA_PRIORITY).orElse(0),
                attributes.bytes(ChangeEncoder.RTA_PREFSRC).map(Addr::ofBytes));
    }

    /** Empty for entries of families other than the two. */
    static Optional<Neighbour> neighbour(Message message) {
        if (message.u8(0) != AF_INET && message.u8(0) != AF_INET6) {
            return Optional.empty();
        }
        Attributes attributes = message.attributes(12);
        return attributes
                .bytes(ChangeEncoder.NDA_DST)
                .map(bytes ->
                        new Neighbour(
                                message.s32(4),
                                Addr.ofBytes(bytes),
                                attributes
                                        .bytes(ChangeEncoder.NDA_LLADDR)
                                        .filter(b -> b.length == 6)
                                        .map(Mac::ofBytes),
                                (message.u16(8) & ChangeEncoder.NUD_PERMANENT) != 0));
    }
}
