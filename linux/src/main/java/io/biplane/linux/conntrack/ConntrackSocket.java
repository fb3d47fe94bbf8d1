package io.biplane.linux.conntrack;

import io.biplane.linux.Errno;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.netlink.Attributes;
import io.biplane.linux.netlink.Message;
import io.biplane.linux.netlink.MessageWriter;
import io.biplane.linux.netlink.NetlinkSocket;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The tracked flows of one namespace. It may be used from any thread. */
public final class ConntrackSocket implements AutoCloseable {
    // linux/netfilter/nfnetlink_conntrack.h
    private static final int SUBSYSTEM = 1 << 8; // NFNL_SUBSYS_CTNETLINK
    private static final int GET = SUBSYSTEM | 1;
    private static final int DELETE = SUBSYSTEM | 2;
    private static final int CTA_TUPLE_ORIG = 1;
    private static final int CTA_TUPLE_REPLY = 2;
    private static final int CTA_ID = 12;
    private static final int CTA_TUPLE_IP = 1;
    private static final int CTA_TUPLE_PROTO = 2;
    private static final int CTA_IP_V4_SRC = 1;
    private static final int CTA_IP_V4_DST = 2;
    private static final int CTA_IP_V6_SRC = 3;
    private static final int CTA_IP_V6_DST = 4;
    private static final int CTA_PROTO_NUM = 1;
    private static final int CTA_PROTO_SRC_PORT = 2;
    private static final int CTA_PROTO_DST_PORT = 3;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    /** A request must fit what the kernel takes in one go, with room for its answers. */
    private static final int DELETIONS_PER_REQUEST = 1000;

    private final NetlinkSocket socket;
    private final String namespace;

    private ConntrackSocket(NetlinkSocket socket, String namespace) {
        this.socket = socket;
        this.namespace = namespace;
    }

    /** Opens a socket in {@code namespace}, whose handle may be closed afterwards. */
    public static ConntrackSocket open(NetworkNamespace namespace) {
        return new ConntrackSocket(
                NetlinkSocket.open(namespace, NetlinkSocket.NETLINK_NETFILTER),
                namespace.toString());
    }

    /** The flows of a family that {@code wanted} picks. */
    public List<Flow> flows(IpFamily family, Predicate<Flow> wanted) {
        MessageWriter out = new MessageWriter();
        begin(out, GET, MessageWriter.NLM_F_DUMP, family).end();
        List<Flow> flows = new ArrayList<>();
        socket.dump(
                out,
                "list flows in " + namespace,
                flows::clear,
                message -> flow(message).filter(wanted).ifPresent(flows::add));
        return flows;
    }

    /** Deletes flows; one that has ended meanwhile counts as deleted. */
    public void delete(Collection<Flow> flows) {
        List<Flow> all = List.copyOf(flows);
        for (int from = 0; from < all.size(); from += DELETIONS_PER_REQUEST) {
            int to = Math.min(all.size(), from + DELETIONS_PER_REQUEST);
            List<Flow> part = all.subList(from, to);
            MessageWriter out = new MessageWriter();
            part.forEach(flow -> delete(out, flow));
            socket.request(
                    out,
                    sequence -> "delete %s in %s".formatted(part.get(sequence - 1), namespace),
                    (_, errno) -> errno == Errno.ENOENT,
                    _ -> {});
        }
    }

    private static MessageWriter begin(MessageWriter out, int type, int flags, IpFamily family) {
        int number = family == IpFamily.IPV4 ? AF_INET : AF_INET6;
        return out.begin(type, flags).u8(number).u8(0).be16(0);
    }

    private static void delete(MessageWriter out, Flow flow) {
        IpFamily family = flow.original().source().family();
        boolean four = family == IpFamily.IPV4;
        begin(out, DELETE, MessageWriter.NLM_F_ACK, family);
        int tuple = out.nest(CTA_TUPLE_ORIG);
        int ip = out.nest(CTA_TUPLE_IP);
        out.attrBytes(four ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, flow.original().source().toBytes());
        out.attrBytes(
                four ? CTA_IP_V4_DST : CTA_IP_V6_DST, flow.original().destination().toBytes());
        out.close(ip);
        int protocol = out.nest(CTA_TUPLE_PROTO);
        out.attrU8(CTA_PROTO_NUM, flow.protocol());
        port(out, CTA_PROTO_SRC_PORT, flow.original().sourcePort());
        port(out, CTA_PROTO_DST_PORT, flow.original().destinationPort());
        out.close(protocol);
        out.close(tuple);
        out.attrBe32(CTA_ID, flow.id());
        out.end();
    }

    private static void port(MessageWriter out, int type, int port) {
        int mark = out.open(type);
        out.be16(port);
        out.close(mark);
    }

    private static Optional<Flow> flow(Message message) {
        Attributes attributes = message.attributes(4);
        Attributes original = attributes.nested(CTA_TUPLE_ORIG);
        Optional<Flow.Tuple> there = tuple(original);
        Optional<Flow.Tuple> back = tuple(attributes.nested(CTA_TUPLE_REPLY));
        if (there.isEmpty() || back.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Flow(
                        original.nested(CTA_TUPLE_PROTO).number(CTA_PROTO_NUM).orElse(0),
                        there.get(),
                        back.get(),
                        attributes.bigEndian(CTA_ID, 0)));
    }

    private static Optional<Flow.Tuple> tuple(Attributes attributes) {
        Attributes ip = attributes.nested(CTA_TUPLE_IP);
        Attributes protocol = attributes.nested(CTA_TUPLE_PROTO);
        Optional<Addr> source =
                ip.bytes(CTA_IP_V4_SRC).or(() -> ip.bytes(CTA_IP_V6_SRC)).map(Addr::ofBytes);
        Optional<Addr> destination =
                ip.bytes(CTA_IP_V4_DST).or(() -> ip.bytes(CTA_IP_V6_DST)).map(Addr::ofBytes);
        if (source.isEmpty() || destination.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Flow.Tuple(
                        source.get(),
                        destination.get(),
                        protocol.bigEndian(CTA_PROTO_SRC_PORT, 0),
                        protocol.bigEndian(CTA_PROTO_DST_PORT, 0)));
    }

    @Override
    public void close() {
        socket.close();
    }
}
