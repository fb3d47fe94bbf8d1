package io.biplane.linux.nftables.kernel;

import io.biplane.linux.nftables.DataType;
import io.biplane.linux.nftables.Fingerprint;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.NftMap;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What nft keeps with an object in the kernel for its own use: comments, and how a set's types are
 * to be printed. Rows of type, length and value; the numbers are libnftnl's ({@code udata.h}) and
 * nft's ({@code expression.h}).
 */
final class Userdata {
    /** The comment of a table, a chain, a rule or an element. */
    static final int COMMENT = 0;

    /**
     * The fingerprint of a rule. libnftnl has numbers from 0 on; nft does not look at those that it
     * does not know.
     */
    private static final int RULE_FINGERPRINT = 0xb1;

    static final int SET_KEY_BYTEORDER = 0;
    static final int SET_DATA_BYTEORDER = 1;
    static final int SET_KEY_TYPEOF = 3;
    static final int SET_DATA_TYPEOF = 4;
    static final int SET_COMMENT = 7;

    private static final int BYTEORDER_HOST = 1;
    private static final int TYPEOF_EXPRESSION = 0;
    private static final int TYPEOF_DATA = 1;
    private static final int EXPR_PAYLOAD = 7;
    private static final int EXPR_META = 9;
    private static final int EXPR_CONCAT = 13;
    private static final int EXPR_NUMGEN = 23;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private Userdata() {}

    static byte[] comment(int type, String comment) {
        return new Userdata().text(type, comment).out.toByteArray();
    }

    static byte[] ofRule(String comment, Fingerprint fingerprint) {
        Userdata data = new Userdata();
        if (!comment.isEmpty()) {
            data.text(COMMENT, comment);
        }
        byte[] bits = ByteBuffer.allocate(Long.BYTES).putLong(fingerprint.bits()).array();
        return data.put(RULE_FINGERPRINT, bits).out.toByteArray();
    }

    /** The fingerprint in what the kernel gave back of a rule; none in another program's rule. */
    static Optional<Fingerprint> fingerprint(byte[] data) {
        return find(data, RULE_FINGERPRINT)
                .filter(value -> value.remaining() == Long.BYTES)
                .map(value -> new Fingerprint(value.getLong()));
    }

    /** Empty where nft needs no hint to print the set again. */
    static byte[] ofSet(NamedSet set) {
        Userdata data = new Userdata();
        data.byteOrder(SET_KEY_BYTEORDER, set.key());
        if (set instanceof NftMap map) {
            data.byteOrder(SET_DATA_BYTEORDER, map.data());
        }
        if (set.declaredByTypeof()) {
            data.put(SET_KEY_TYPEOF, typeof(set.key()));
            if (set instanceof NftMap map && !map.toVerdicts()) {
                data.put(SET_DATA_TYPEOF, typeof(map.data()));
            }
        }
        if (!set.comment().isEmpty()) {
            data.text(SET_COMMENT, set.comment());
        }
        return data.out.toByteArray();
    }

    /** Without this nft prints single numbers and names of links backwards. */
    private void byteOrder(int type, List<DataType> types) {
        if (types.size() == 1 && types.getFirst().isHostOrder()) {
            Userdata _ = number(type, BYTEORDER_HOST);
        }
    }

    private static Userdata typeof(List<DataType> types) {
        if (types.size() == 1) {
            return typeof(types.getFirst());
        }
        Userdata parts = new Userdata();
        for (int i = 0; i < types.size(); i++) {
            parts.put(i, typeof(types.get(i)));
        }
        return new Userdata().number(TYPEOF_EXPRESSION, EXPR_CONCAT).put(TYPEOF_DATA, parts);
    }

    /** The expression that {@link DataType#example} spells. */
    private static Userdata typeof(DataType type) {
        return switch (type) {
            case IPV4_ADDR -> typeof(EXPR_PAYLOAD, 12, 12); // ip daddr
            case IPV6_ADDR -> typeof(EXPR_PAYLOAD, 13, 9); // ip6 daddr
            case INET_SERVICE -> typeof(EXPR_PAYLOAD, 11, 2); // th dport
            case INET_PROTO -> typeof(EXPR_META, 16);
            case MARK -> typeof(EXPR_META, 3);
            case IFNAME -> typeof(EXPR_META, 6);
            case ICMP_TYPE -> typeof(EXPR_PAYLOAD, 4, 1);
            case ICMPV6_TYPE -> typeof(EXPR_PAYLOAD, 14, 1);
            case INTEGER -> typeof(EXPR_NUMGEN, 1, 2, 0); // random, modulus 2, offset 0
        };
    }

    private static Userdata typeof(int expression, int... properties) {
        Userdata data = new Userdata();
        for (int i = 0; i < properties.length; i++) {
            data.number(i, properties[i]);
        }
        return new Userdata().number(TYPEOF_EXPRESSION, expression).put(TYPEOF_DATA, data);
    }

    private Userdata put(int type, Userdata nested) {
        return put(type, nested.out.toByteArray());
    }

    private Userdata put(int type, byte[] value) {
        out.write(type);
        out.write(value.length);
        out.writeBytes(value);
        return this;
    }

    private Userdata number(int type, int value) {
        return put(
                type, ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array());
    }

    private Userdata text(int type, String value) {
        return put(type, (value + "\0").getBytes(StandardCharsets.UTF_8));
    }

    /** The text of that type in what the kernel gave back; empty if there is none. */
    static String text(byte[] data, int type) {
        return find(data, type)
                .filter(ByteBuffer::hasRemaining)
                .map(value -> value.limit(value.limit() - 1)) // the final NUL
                .map(value -> StandardCharsets.UTF_8.decode(value).toString())
                .orElse("");
    }

    /** The value of the first row of that type; rows behind one that is cut short are lost. */
    private static Optional<ByteBuffer> find(byte[] data, int type) {
        ByteBuffer rest = ByteBuffer.wrap(data);
        while (rest.remaining() >= 2) {
            int found = rest.get() & 0xff;
            int length = rest.get() & 0xff;
            if (length > rest.remaining()) {
                break;
            }
            if (found == type) {
                return Optional.of(rest.slice(rest.position(), length));
            }
            rest.position(rest.position() + length);
        }
        return Optional.empty();
    }
}
