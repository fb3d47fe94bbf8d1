package io.biplane.linux.route;

import static io.biplane.linux.netlink.MessageWriter.NLM_F_ACK;
import static io.biplane.linux.netlink.MessageWriter.NLM_F_CREATE;
import static io.biplane.linux.netlink.MessageWriter.NLM_F_EXCL;
import static io.biplane.linux.netlink.MessageWriter.NLM_F_REPLACE;

import io.biplane.linux.netlink.MessageWriter;
import io.biplane.linux.route.Change.VethEnd;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

/** Writes changes as rtnetlink messages; one change may take several. */
final class ChangeEncoder {
    // linux/rtnetlink.h
    static final int RTM_NEWLINK = 16;
    static final int RTM_DELLINK = 17;
    static final int RTM_GETLINK = 18;
    static final int RTM_NEWADDR = 20;
    static final int RTM_DELADDR = 21;
    static final int RTM_GETADDR = 22;
    static final int RTM_NEWROUTE = 24;
    static final int RTM_DELROUTE = 25;
    static final int RTM_GETROUTE = 26;
    static final int RTM_NEWNEIGH = 28;
    static final int RTM_DELNEIGH = 29;
    static final int RTM_GETNEIGH = 30;
    static final int RTNH_F_ONLINK = 4;
    static final int RTA_DST = 1;
    static final int RTA_OIF = 4;
    static final int NDA_IFINDEX = 8;
    static final int RTA_GATEWAY = 5;
    static final int RTA_PRIORITY = 6;
    static final int RTA_PREFSRC = 7;
    static final int RTA_TABLE = 15;
    // linux/if_link.h
    static final int IFLA_ADDRESS = 1;
    static final int IFLA_IFNAME = 3;
    static final int IFLA_MTU = 4;
    static final int IFLA_LINK = 5;
    static final int IFLA_MASTER = 10;
    static final int IFLA_LINKINFO = 18;
    static final int IFLA_AF_SPEC = 26;
    static final int IFLA_NET_NS_FD = 28;
    static final int IFLA_EXT_MASK = 29;
    static final int IFLA_LINK_NETNSID = 37;
    static final int IFLA_INFO_KIND = 1;
    static final int IFLA_INFO_DATA = 2;
    static final int IFLA_INET6_ADDR_GEN_MODE = 8;
    static final int IN6_ADDR_GEN_MODE_NONE = 1;
    static final int VETH_INFO_PEER = 1;
    // linux/if.h
    static final int IFF_UP = 1;
    static final int IFF_NOARP = 1 << 7;
    static final int IFF_LOWER_UP = 1 << 16;
    // linux/if_addr.h
    static final int IFA_ADDRESS = 1;
    static final int IFA_LOCAL = 2;
    static final int IFA_FLAGS = 8;
    static final int IFA_F_NODAD = 2;
    static final int IFA_F_PERMANENT = 0x80;
    // linux/neighbour.h
    static final int NDA_DST = 1;
    static final int NDA_LLADDR = 2;
    static final int NUD_PERMANENT = 0x80;

    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    private final MessageWriter out;

    ChangeEncoder(MessageWriter out) {
        this.out = out;
    }

    static int number(IpFamily family) {
        return family == IpFamily.IPV4 ? AF_INET : AF_INET6;
    }

    void write(Change change) {
        switch (change) {
            case Change.AddVeth veth -> addVeth(veth);
            case Change.AddBridge bridge -> addBridge(bridge);
            case Change.SetLink link -> setLink(link);
            case Change.DeleteLink(String name) -> {
                out.begin(RTM_DELLINK, NLM_F_ACK);
                linkHeader(0, 0, 0);
                out.attrString(IFLA_IFNAME, name).end();
            }
            case Change.AddAddress(Address a) -> address(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, a);
            case Change.DeleteAddress(Address a) -> address(RTM_DELADDR, 0, a);
            case Change.ReplaceRoute(Route r) ->
                    route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, r);
            case Change.DeleteRoute(Route r) -> route(RTM_DELROUTE, 0, r);
            case Change.ReplaceNeighbour(Neighbour n) ->
                    neighbour(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, n);
            case Change.DeleteNeighbour(Neighbour n) -> neighbour(RTM_DELNEIGH, 0, n);
        }
    }

    /** {@code struct ifinfomsg}. */
    void linkHeader(int index, int flags, int mask) {
        out.u8(0).u8(0).u16(0).u32(index).u32(flags).u32(mask);
    }

    private void addVeth(Change.AddVeth veth) {
        out.begin(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
        vethEnd(veth.near(), veth.mtuBytes());
        int info = out.nest(IFLA_LINKINFO);
        out.attrString(IFLA_INFO_KIND, "veth");
        int data = out.nest(IFLA_INFO_DATA);
        int peer = out.nest(VETH_INFO_PEER);
        vethEnd(veth.far(), veth.mtuBytes());
        out.close(peer);
        out.close(data);
        out.close(info);
        out.end();
    }

    private void vethEnd(VethEnd end, int mtuBytes) {
        linkHeader(end.index(), 0, 0); // IFF_UP for the far end here would be refused: ENOTCONN
        out.attrString(IFLA_IFNAME, end.name());
        out.attrBytes(IFLA_ADDRESS, end.mac().toBytes());
        out.attrU32(IFLA_MTU, mtuBytes);
        end.namespace().ifPresent(ns -> out.attrU32(IFLA_NET_NS_FD, ns.fd()));
    }

    private void addBridge(Change.AddBridge bridge) {
        out.begin(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
        linkHeader(0, 0, 0);
        out.attrString(IFLA_IFNAME, bridge.name());
        out.attrBytes(IFLA_ADDRESS, bridge.mac().toBytes());
        out.attrU32(IFLA_MTU, bridge.mtuBytes());
        int info = out.nest(IFLA_LINKINFO);
        out.attrString(IFLA_INFO_KIND, "bridge");
        out.close(info);
        out.end();
    }

    private void setLink(Change.SetLink link) {
        // A link that comes up makes its link-local address before the kernel looks at the
        // address generation mode of the same message: the mode goes ahead in a message of its own.
        if (!link.autoconf()) {
            beginSetLink(link.name(), 0, 0);
            int families = out.nest(IFLA_AF_SPEC);
            int inet6 = out.nest(AF_INET6);
            out.attrU8(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
            out.close(inet6);
            out.close(families);
            out.end();
        }
        int flags = link.up().orElse(false) ? IFF_UP : 0;
        flags |= link.arp().orElse(true) ? 0 : IFF_NOARP;
        int mask = link.up().isPresent() ? IFF_UP : 0;
        mask |= link.arp().isPresent() ? IFF_NOARP : 0;
        beginSetLink(link.name(), flags, mask);
        link.mac().ifPresent(mac -> out.attrBytes(IFLA_ADDRESS, mac.toBytes()));
        link.masterIndex().ifPresent(index -> out.attrU32(IFLA_MASTER, index));
        link.mtuBytes().ifPresent(mtu -> out.attrU32(IFLA_MTU, mtu));
        out.end();
    }

    private void beginSetLink(String name, int flags, int mask) {
        out.begin(RTM_NEWLINK, NLM_F_ACK);
        linkHeader(0, flags, mask);
        out.attrString(IFLA_IFNAME, name);
    }

    /** {@code struct ifaddrmsg}. */
    private void address(int type, int flags, Address address) {
        out.begin(type, flags | NLM_F_ACK);
        IpFamily family = address.addr().family();
        out.u8(number(family)).u8(address.bits()).u8(0);
        out.u8(address.scope().value()).u32(address.linkIndex());
        byte[] bytes = address.addr().toBytes();
        out.attrBytes(IFA_LOCAL, bytes);
        out.attrBytes(IFA_ADDRESS, bytes);
        if (family == IpFamily.IPV6) {
            out.attrU32(IFA_FLAGS, IFA_F_NODAD | IFA_F_PERMANENT);
        }
        out.end();
    }

    /** {@code struct rtmsg}. */
    private void route(int type, int flags, Route route) {
        out.begin(type, flags | NLM_F_ACK);
        Prefix destination = route.destination();
        out.u8(number(destination.family())).u8(destination.bits()).u8(0).u8(0);
        out.u8(0).u8(route.protocol()).u8(route.scope().value()).u8(route.kind().value());
        out.u32(route.onlink() ? RTNH_F_ONLINK : 0);
        out.attrU32(RTA_TABLE, route.table());
        if (destination.bits() > 0) {
            out.attrBytes(RTA_DST, destination.network().toBytes());
        }
        route.via().ifPresent(via -> out.attrBytes(RTA_GATEWAY, via.toBytes()));
        if (route.linkIndex() != 0) {
            out.attrU32(RTA_OIF, route.linkIndex());
        }
        if (route.metric() != 0) {
            out.attrU32(RTA_PRIORITY, route.metric());
        }
        route.preferredSource().ifPresent(src -> out.attrBytes(RTA_PREFSRC, src.toBytes()));
        out.end();
    }

    /** {@code struct ndmsg}. */
    private void neighbour(int type, int flags, Neighbour neighbour) {
        out.begin(type, flags | NLM_F_ACK);
        out.u8(number(neighbour.addr().family())).u8(0).u16(0).u32(neighbour.linkIndex());
        out.u16(NUD_PERMANENT).u8(0).u8(0);
        out.attrBytes(NDA_DST, neighbour.addr().toBytes());
        neighbour.mac().ifPresent(mac -> out.attrBytes(NDA_LLADDR, mac.toBytes()));
        out.end();
    }
}
