package io.biplane.linux.nftables.kernel;

import io.biplane.linux.netlink.Attributes;
import io.biplane.linux.netlink.Message;
import io.biplane.linux.nftables.DataType;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.NamedSet.Flag;
import io.biplane.linux.nftables.NftMap;
import io.biplane.linux.nftables.Value;
import io.biplane.linux.nftables.Verdict;
import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;

import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Collects the elements of one set from the messages of a dump. */
final class ElementDecoder {
    private static final int HEADER = 4;

    /** An element, or, with only a key, the end of the interval before it. */
    private static final class Item {
        private final byte[] key;
        private final boolean end;
        private final Element element;

        private Item(byte[] key, boolean end, Element element) {
            this.key = key;
            this.end = end;
            this.element = element;
        }
    }

    private final NamedSet set;
    private final boolean intervals;
    private final List<Item> items = new ArrayList<>();

    ElementDecoder(NamedSet set) {
        this.set = set;
        this.intervals = set.flags().contains(Flag.INTERVAL) && set.key().size() == 1;
    }

    void clear() {
        items.clear();
    }

    void accept(Message message) {
        Attributes list = message.attributes(HEADER).nested(Protocol.NFTA_SET_ELEM_LIST_ELEMENTS);
        for (Attributes.Attribute item : list.all()) {
            items.add(item(item.asAttributes()));
        }
    }

    List<Element> elements() {
        return intervals ? joined() : items.stream().map(i -> i.element).toList();
    }

    private Item item(Attributes attributes) {
        byte[] first = value(attributes, Protocol.NFTA_SET_ELEM_KEY);
        byte[] last =
                attributes.has(Protocol.NFTA_SET_ELEM_KEY_END)
                        ? value(attributes, Protocol.NFTA_SET_ELEM_KEY_END)
                        : first;
        int flags = attributes.bigEndian(Protocol.NFTA_SET_ELEM_FLAGS, 0);
        Attributes.@Nullable Attribute time = attributes.find(Protocol.NFTA_SET_ELEM_TIMEOUT);
        boolean end = (flags & Protocol.NFT_SET_ELEM_INTERVAL_END) != 0;
        Element element =
                new Element(
                        fields(set.key(), first, last),
                        end ? Element.Data.NONE : data(attributes),
                        Optional.ofNullable(time).map(t -> Duration.ofMillis(t.asBigEndianLong())),
                        attributes
                                .bytes(Protocol.NFTA_SET_ELEM_USERDATA)
                                .map(b -> Userdata.text(b, Userdata.COMMENT))
                                .orElse(""));
        return new Item(first, end, element);
    }

    private static byte[] value(Attributes attributes, int type) {
        return attributes.nested(type).bytes(Protocol.NFTA_DATA_VALUE).orElse(new byte[0]);
    }

    private static List<Value> fields(List<DataType> types, byte[] first, byte[] last) {
        List<Value> fields = new ArrayList<>(types.size());
        int at = 0;
        for (DataType type : types) {
            byte[] from = Arrays.copyOfRange(first, at, at + type.bytes());
            byte[] to = Arrays.copyOfRange(last, at, at + type.bytes());
            if (Arrays.equals(from, to)) {
                fields.add(Values.read(type, from));
            } else {
                List<Prefix> blocks = blocks(new BigInteger(1, from), new BigInteger(1, to), from);
                if (blocks.size() != 1) {
                    throw new IllegalStateException("a key's range is no prefix: " + blocks);
                }
                fields.add(Value.of(blocks.getFirst()));
            }
            at += type.paddedBytes();
        }
        return fields;
    }

    private Element.Data data(Attributes attributes) {
        if (!(set instanceof NftMap map)) {
            return Element.Data.NONE;
        }
        Attributes data = attributes.nested(Protocol.NFTA_SET_ELEM_DATA);
        if (map.toVerdicts()) {
            return new Element.Data.ToVerdict(verdict(data.nested(Protocol.NFTA_DATA_VERDICT)));
        }
        byte[] value = data.bytes(Protocol.NFTA_DATA_VALUE).orElse(new byte[0]);
        return new Element.Data.Fields(fields(map.data(), value, value));
    }

    private static Verdict verdict(Attributes attributes) {
        String chain = attributes.string(Protocol.NFTA_VERDICT_CHAIN);
        return switch (attributes.bigEndian(Protocol.NFTA_VERDICT_CODE, Protocol.NFT_CONTINUE)) {
            case Protocol.NFT_GOTO -> new Verdict.Goto(chain);
            case Protocol.NFT_JUMP -> new Verdict.Jump(chain);
            case Protocol.NFT_RETURN -> Verdict.Final.RETURN;
            case Protocol.NF_ACCEPT -> Verdict.Final.ACCEPT;
            case Protocol.NF_DROP -> Verdict.Final.DROP;
            default -> Verdict.Final.CONTINUE;
        };
    }

    /** The kernel keeps the first key of an interval and the first one after it. */
    private List<Element> joined() {
        items.sort((a, b) -> {
            int order = Arrays.compareUnsigned(a.key, b.key);
            return order != 0 ? order : Boolean.compare(b.end, a.end);
        });
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            Item start = items.get(i);
            if (start.end) {
                continue;
            }
            BigInteger first = new BigInteger(1, start.key);
            BigInteger after =
                    i + 1 < items.size()
                            ? new BigInteger(1, items.get(i + 1).key)
                            : BigInteger.ONE.shiftLeft(8 * start.key.length);
            for (Prefix block : blocks(first, after.subtract(BigInteger.ONE), start.key)) {
                Element e = start.element;
                elements.add(
                        new Element(List.of(Value.of(block)), e.data(), e.timeout(), e.comment()));
            }
        }
        return elements;
    }

    /** The fewest prefixes that cover a range. */
    private static List<Prefix> blocks(BigInteger first, BigInteger last, byte[] like) {
        int familyBits = 8 * like.length;
        List<Prefix> blocks = new ArrayList<>();
        BigInteger next = first;
        while (next.compareTo(last) <= 0) {
            int aligned = next.signum() == 0 ? familyBits : next.getLowestSetBit();
            int fits = last.subtract(next).add(BigInteger.ONE).bitLength() - 1;
            int hostBits = Math.min(aligned, fits);
            blocks.add(new Prefix(addr(next, like.length), familyBits - hostBits));
            next = next.add(BigInteger.ONE.shiftLeft(hostBits));
        }
        return blocks;
    }

    private static Addr addr(BigInteger value, int bytes) {
        byte[] digits = value.toByteArray();
        byte[] padded = new byte[bytes];
        int count = Math.min(digits.length, bytes);
        System.arraycopy(digits, digits.length - count, padded, bytes - count, count);
        return Addr.ofBytes(padded);
    }
}
