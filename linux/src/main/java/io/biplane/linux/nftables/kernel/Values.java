package io.biplane.linux.nftables.kernel;

import io.biplane.linux.netlink.MessageWriter;
import io.biplane.linux.nftables.DataType;
import io.biplane.linux.nftables.Value;
import io.biplane.linux.nftables.Verdict;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Writes values as the kernel compares them: as they stand in packets, numbers in host order. */
final class Values {
    /** Which value of a prefix is meant; of single values both are the same. */
    enum Bound {
        FIRST,
        LAST
    }

    private Values() {}

    /** Writes {@code NFTA_DATA_VALUE} within an attribute of {@code type}. */
    static void attribute(MessageWriter out, int type, List<Value> values, Bound bound) {
        int outer = out.nest(type);
        int inner = out.open(Protocol.NFTA_DATA_VALUE);
        if (values.size() == 1) {
            write(out, values.getFirst(), bound);
        } else {
            for (Value value : values) {
                write(out, value, bound);
                out.pad();
            }
        }
        out.close(inner);
        out.close(outer);
    }

    static void attribute(MessageWriter out, int type, byte[] value) {
        int outer = out.nest(type);
        out.attrBytes(Protocol.NFTA_DATA_VALUE, value);
        out.close(outer);
    }

    static void verdict(MessageWriter out, int type, Verdict verdict) {
        int outer = out.nest(type);
        int inner = out.nest(Protocol.NFTA_DATA_VERDICT);
        switch (verdict) {
            case Verdict.Final last ->
                    out.attrBe32(
                            Protocol.NFTA_VERDICT_CODE,
                            switch (last) {
                                case ACCEPT -> Protocol.NF_ACCEPT;
                                case DROP -> Protocol.NF_DROP;
                                case RETURN -> Protocol.NFT_RETURN;
                                case CONTINUE -> Protocol.NFT_CONTINUE;
                            });
            case Verdict.Jump(String chain) ->
                    out.attrBe32(Protocol.NFTA_VERDICT_CODE, Protocol.NFT_JUMP)
                            .attrString(Protocol.NFTA_VERDICT_CHAIN, chain);
            case Verdict.Goto(String chain) ->
                    out.attrBe32(Protocol.NFTA_VERDICT_CODE, Protocol.NFT_GOTO)
                            .attrString(Protocol.NFTA_VERDICT_CHAIN, chain);
        }
        out.close(inner);
        out.close(outer);
    }

    private static void write(MessageWriter out, Value value, Bound bound) {
        switch (value) {
            case Value.Address(Addr addr) -> write(out, addr);
            case Value.Block(var prefix) ->
                    write(out, bound == Bound.FIRST ? prefix.first() : prefix.last());
            case Value.Protocol(int number) -> out.u8(number);
            case Value.IcmpType(IpFamily _, int number) -> out.u8(number);
            case Value.Port(int number) -> out.be16(number);
            case Value.Mark(int bits) -> out.u32(bits);
            case Value.PlainNumber(int number) -> out.u32(number);
            case Value.LinkName(String name) -> out.raw(linkName(name));
        }
    }

    private static void write(MessageWriter out, Addr addr) {
        if (addr.family() == IpFamily.IPV4) {
            out.be32((int) addr.low());
        } else {
            out.be64(addr.high()).be64(addr.low());
        }
    }

    private static byte[] linkName(String name) {
        return Arrays.copyOf(name.getBytes(StandardCharsets.UTF_8), DataType.IFNAME.bytes());
    }

    /** A number as the kernel's registers hold it. */
    static byte[] hostOrder(int number) {
        return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(number).array();
    }

    /** The first {@code bits} of as many as an address of the family has. */
    static byte[] netmask(IpFamily family, int bits) {
        byte[] mask = new byte[family.bytes()];
        for (int i = 0; i < bits; i++) {
            mask[i / 8] |= (byte) (0x80 >>> i % 8);
        }
        return mask;
    }

    /** The length of a key or a datum in bytes. */
    static int length(List<DataType> types) {
        return types.size() == 1
                ? types.getFirst().bytes()
                : types.stream().mapToInt(DataType::paddedBytes).sum();
    }

    /** nft's number for a concatenation. */
    static int typeNumber(List<DataType> types) {
        int number = 0;
        for (DataType type : types) {
            number = number << Protocol.TYPE_BITS | type.number();
        }
        return number;
    }

    /** The value of a field, the inverse of writing it. */
    static Value read(DataType type, byte[] bytes) {
        ByteBuffer host = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        return switch (type) {
            case IPV4_ADDR, IPV6_ADDR -> new Value.Address(Addr.ofBytes(bytes));
            case INET_PROTO -> new Value.Protocol(bytes[0] & 0xff);
            case ICMP_TYPE -> new Value.IcmpType(IpFamily.IPV4, bytes[0] & 0xff);
            case ICMPV6_TYPE -> new Value.IcmpType(IpFamily.IPV6, bytes[0] & 0xff);
            case INET_SERVICE -> new Value.Port((bytes[0] & 0xff) << 8 | (bytes[1] & 0xff));
            case MARK -> new Value.Mark(host.getInt());
            case INTEGER -> new Value.PlainNumber(host.getInt());
            case IFNAME -> new Value.LinkName(new String(bytes, StandardCharsets.UTF_8).trim());
        };
    }
}
