package io.biplane.linux.events;

import io.biplane.linux.netlink.NetlinkSocket;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A kind of kernel state in a network namespace, whose changes can be heard. */
public enum Topic {
    LINKS,
    ADDRESSES,
    ROUTES,
    NEIGHBOURS,
    /** Forwarding and the other settings that netconf tells of, per link and for all. */
    SETTINGS,
    /** Every commit to the nftables ruleset, by whomever. */
    RULESET;

    /** All that links, addresses and routes depend on. */
    public static final Set<Topic> OF_ROUTES =
            Collections.unmodifiableSet(EnumSet.of(LINKS, ADDRESSES, ROUTES, NEIGHBOURS, SETTINGS));

    int protocol() {
        return this == RULESET ? NetlinkSocket.NETLINK_NETFILTER : NetlinkSocket.NETLINK_ROUTE;
    }

    /** Numbers of multicast groups: linux/rtnetlink.h, linux/netfilter/nfnetlink.h. */
    List<Integer> groups() {
        return switch (this) {
            case LINKS -> List.of(1);
            case ADDRESSES -> List.of(5, 9); // IPv4, IPv6
            case ROUTES -> List.of(7, 11);
            case NEIGHBOURS -> List.of(3);
            case SETTINGS -> List.of(24, 25);
            case RULESET -> List.of(7);
        };
    }
}
