package io.biplane.linux.route;

import io.biplane.linux.Errno;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.netlink.Message;
import io.biplane.linux.netlink.MessageWriter;
import io.biplane.linux.netlink.NetlinkException;
import io.biplane.linux.netlink.NetlinkSocket;
import io.biplane.netip.IpFamily;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The links, addresses, routes and neighbours of one namespace. It may be used from any thread.
 * RTNL is one lock for the whole kernel: writing from several threads gains nothing.
 */
public final class RouteSocket implements AutoCloseable {
    private static final int ALL_LINKS = 0;
    private static final int ANY_TYPE = 0;
    private static final int RTN_UNREACHABLE = 7;

    private static final int RTEXT_FILTER_SKIP_STATS = 1 << 3;

    private final NetlinkSocket socket;
    private final String namespace;

    private RouteSocket(NetlinkSocket socket, String namespace) {
        this.socket = socket;
        this.namespace = namespace;
    }

    /** Opens a socket in {@code namespace}, which may be closed afterwards. */
    public static RouteSocket open(NetworkNamespace namespace) {
        return new RouteSocket(
                NetlinkSocket.open(namespace, NetlinkSocket.NETLINK_ROUTE), namespace.toString());
    }

    /** Opens a socket in the calling thread's namespace, of which errors speak by that name. */
    public static RouteSocket openHere(String namespace) {
        return new RouteSocket(
                NetlinkSocket.openHere(namespace, NetlinkSocket.NETLINK_ROUTE), namespace);
    }

    /**
     * Carries out the changes in their order, in one system call. They are no transaction: the
     * kernel goes on after one that it refuses.
     *
     * @throws NetlinkException for the first refused change, naming it
     */
    public void apply(List<? extends Change> changes) {
        apply(changes, false);
    }

    /** As {@link #apply(List)}. */
    public void apply(Change... changes) {
        apply(List.of(changes), false);
    }

    /**
     * As {@link #apply(List)}, where adding what is there already, and removing what is gone,
     * counts as done. What is there is not compared with what was to be added.
     */
    public void ensure(List<? extends Change> changes) {
        apply(changes, true);
    }

    /** As {@link #ensure(List)}. */
    public void ensure(Change... changes) {
        apply(List.of(changes), true);
    }

    private void apply(List<? extends Change> changes, boolean tolerant) {
        if (changes.isEmpty()) {
            return;
        }
        MessageWriter out = new MessageWriter();
        ChangeEncoder encoder = new ChangeEncoder(out);
        List<Change> ofMessage = new ArrayList<>(changes.size() + 8);
        for (Change change : changes) {
            encoder.write(change);
            while (ofMessage.size() < out.messages()) {
                ofMessage.add(change);
            }
        }
        socket.request(
                out,
                sequence -> "%s in %s".formatted(ofMessage.get(sequence - 1), namespace),
                (sequence, errno) -> tolerant && isDone(ofMessage.get(sequence - 1), errno),
                _ -> {});
    }

    /** Whether the error says that what the change wants is so already. */
    private static boolean isDone(Change change, int errno) {
        return switch (change) {
            case Change.AddVeth _, Change.AddBridge _, Change.AddAddress _ -> errno == Errno.EEXIST;
            case Change.DeleteLink _ -> errno == Errno.ENODEV;
            case Change.DeleteAddress _ -> errno == Errno.EADDRNOTAVAIL || errno == Errno.ENODEV;
            case Change.DeleteRoute _ -> errno == Errno.ESRCH || errno == Errno.ENODEV;
            case Change.DeleteNeighbour _ -> errno == Errno.ENOENT || errno == Errno.ENODEV;
            case Change.SetLink _, Change.ReplaceRoute _, Change.ReplaceNeighbour _ -> false;
        };
    }

    /** All links. */
    public List<Link> links() {
        MessageWriter out = new MessageWriter();
        out.begin(ChangeEncoder.RTM_GETLINK, MessageWriter.NLM_F_DUMP);
        new ChangeEncoder(out).linkHeader(0, 0, 0);
        out.attrU32(ChangeEncoder.IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS).end();
        List<Link> links = new ArrayList<>();
        dump(out, "list links", links, message -> links.add(Decoder.link(message)));
        return links;
    }

    /** The link of that name, if there is one. */
    public Optional<Link> link(String name) {
        MessageWriter out = new MessageWriter();
        out.begin(ChangeEncoder.RTM_GETLINK, 0);
        new ChangeEncoder(out).linkHeader(0, 0, 0);
        out.attrString(ChangeEncoder.IFLA_IFNAME, name);
        out.attrU32(ChangeEncoder.IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS).end();
        List<Link> links = new ArrayList<>(1);
        socket.request(
                out,
                _ -> "get link %s in %s".formatted(name, namespace),
                (_, errno) -> errno == Errno.ENODEV,
                message -> links.add(Decoder.link(message)));
        return links.stream().findFirst();
    }

    /** All addresses of both families. */
    public List<Address> addresses() {
        return addresses(ALL_LINKS);
    }

    /**
     * The addresses of one link.
     *
     * @throws NetlinkException with ENODEV if it is gone
     */
    public List<Address> addresses(int link) {
        MessageWriter out = new MessageWriter();
        out.begin(ChangeEncoder.RTM_GETADDR, MessageWriter.NLM_F_DUMP);
        out.u8(0).u8(0).u8(0).u8(0).u32(link).end();
        List<Address> addresses = new ArrayList<>();
        dump(
                out,
                "list addresses",
                addresses,
                message -> Decoder.address(message).ifPresent(addresses::add));
        return addresses;
    }

    /** All routes of a family, of all tables. */
    public List<Route> routes(IpFamily family) {
        return routes(family, ALL_LINKS);
    }

    /**
     * The routes of a family by way of one link, of all tables.
     *
     * @throws NetlinkException with ENODEV if it is gone
     */
    public List<Route> routes(IpFamily family, int link) {
        return routes(family, link, ANY_TYPE);
    }

    /** The routes of a family that make their destinations unreachable, of all tables. */
    public List<Route> unreachable(IpFamily family) {
        return routes(family, ALL_LINKS, RTN_UNREACHABLE);
    }

    private List<Route> routes(IpFamily family, int link, int type) {
        MessageWriter out = new MessageWriter();
        out.begin(ChangeEncoder.RTM_GETROUTE, MessageWriter.NLM_F_DUMP);
        out.u8(ChangeEncoder.number(family)).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(type).u32(0);
        filter(out, ChangeEncoder.RTA_OIF, link).end();
        List<Route> routes = new ArrayList<>();
        dump(out, "list routes", routes, message -> routes.add(Decoder.route(message)));
        return routes;
    }

    /** All neighbours of a family. */
    public List<Neighbour> neighbours(IpFamily family) {
        return neighbours(family, ALL_LINKS);
    }

    /** The neighbours of a family on one link. */
    public List<Neighbour> neighbours(IpFamily family, int link) {
        MessageWriter out = new MessageWriter();
        out.begin(ChangeEncoder.RTM_GETNEIGH, MessageWriter.NLM_F_DUMP);
        out.u8(ChangeEncoder.number(family)).u8(0).u16(0).u32(0).u16(0).u8(0).u8(0);
        filter(out, ChangeEncoder.NDA_IFINDEX, link).end();
        List<Neighbour> neighbours = new ArrayList<>();
        dump(
                out,
                "list neighbours",
                neighbours,
                message -> Decoder.neighbour(message).ifPresent(neighbours::add));
        return neighbours;
    }

    private static MessageWriter filter(MessageWriter out, int attribute, int link) {
        return link == ALL_LINKS ? out : out.attrU32(attribute, link);
    }

    private void dump(
            MessageWriter request, String what, List<?> collected, Consumer<Message> answers) {
        socket.dump(request, "%s in %s".formatted(what, namespace), collected::clear, answers);
    }

    @Override
    public void close() {
        socket.close();
    }
}
