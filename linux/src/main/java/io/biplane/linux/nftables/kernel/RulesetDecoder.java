package io.biplane.linux.nftables.kernel;

import io.biplane.linux.netlink.Attributes;
import io.biplane.linux.netlink.Message;
import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.Chain.Base;
import io.biplane.linux.nftables.DataType;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.NamedSet.Flag;
import io.biplane.linux.nftables.NamedSet.Owner;
import io.biplane.linux.nftables.NftMap;
import io.biplane.linux.nftables.NftSet;
import io.biplane.linux.nftables.Nftables.InstalledRule;
import io.biplane.linux.nftables.Table;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads tables, chains, sets and rules; what the model has no word for is left out. */
final class RulesetDecoder {
    private static final int HEADER = 4;

    private RulesetDecoder() {}

    private static String userText(Attributes attributes, int attribute, int type) {
        return attributes.bytes(attribute).map(b -> Userdata.text(b, type)).orElse("");
    }

    /** Empty for tables of other families, and for one whose name or comment nft would not take. */
    static Optional<Table> table(Message message) {
        Attributes attributes = message.attributes(HEADER);
        int flags = attributes.bigEndian(Protocol.NFTA_TABLE_FLAGS, 0);
        String name = attributes.string(Protocol.NFTA_TABLE_NAME);
        String comment = userText(attributes, Protocol.NFTA_TABLE_USERDATA, Userdata.COMMENT);
        return Arrays.stream(Table.Family.values())
                .filter(family -> TransactionEncoder.familyNumber(family) == message.u8(0))
                .filter(_ -> Table.mayBe(name, comment))
                .map(family ->
                        new Table(
                                family, name, comment, (flags & Protocol.NFT_TABLE_F_DORMANT) != 0))
                .findFirst();
    }

    /**
     * Empty for chains of other tables, as the kernel lists those of all tables of a family, and
     * for one without a name, which is a part of the rule that jumps to it.
     */
    static Optional<Chain> chain(Table table, Message message) {
        Attributes attributes = message.attributes(HEADER);
        boolean isPartOfARule =
                (attributes.bigEndian(Protocol.NFTA_CHAIN_FLAGS, 0) & Protocol.NFT_CHAIN_BINDING)
                        != 0;
        if (isPartOfARule || !attributes.string(Protocol.NFTA_CHAIN_TABLE).equals(table.name())) {
            return Optional.empty();
        }
        Optional<Base> base =
                attributes.has(Protocol.NFTA_CHAIN_HOOK)
                        ? Optional.of(base(attributes))
                        : Optional.empty();
        return Optional.of(
                new Chain(
                        table,
                        attributes.string(Protocol.NFTA_CHAIN_NAME),
                        base,
                        userText(attributes, Protocol.NFTA_CHAIN_USERDATA, Userdata.COMMENT)));
    }

    private static Base base(Attributes attributes) {
        Attributes hook = attributes.nested(Protocol.NFTA_CHAIN_HOOK);
        int hookNumber = hook.bigEndian(Protocol.NFTA_HOOK_HOOKNUM, 0);
        int policyNumber = attributes.bigEndian(Protocol.NFTA_CHAIN_POLICY, 1);
        String type = attributes.string(Protocol.NFTA_CHAIN_TYPE);
        return new Base(
                Chain.Type.valueOf(type.toUpperCase(Locale.ROOT)),
                Arrays.stream(Chain.Hook.values())
                        .filter(h -> h.number() == hookNumber)
                        .findFirst()
                        .orElseThrow(),
                hook.bigEndian(Protocol.NFTA_HOOK_PRIORITY, 0),
                policyNumber == Chain.Policy.DROP.number()
                        ? Chain.Policy.DROP
                        : Chain.Policy.ACCEPT);
    }

    /** Empty for anonymous sets and for types that the model has no word for. */
    static Optional<NamedSet> set(Table table, Message message) {
        Attributes attributes = message.attributes(HEADER);
        int flags = attributes.bigEndian(Protocol.NFTA_SET_FLAGS, 0);
        List<DataType> key = types(attributes.bigEndian(Protocol.NFTA_SET_KEY_TYPE, 0));
        if (key == null || (flags & Protocol.NFT_SET_ANONYMOUS) != 0) {
            return Optional.empty();
        }
        String name = attributes.string(Protocol.NFTA_SET_NAME);
        Attributes.@Nullable Attribute time = attributes.find(Protocol.NFTA_SET_TIMEOUT);
        Optional<Duration> timeout =
                Optional.ofNullable(time).map(t -> Duration.ofMillis(t.asBigEndianLong()));
        Owner owner = owner(flags, attributes);
        String comment = userText(attributes, Protocol.NFTA_SET_USERDATA, Userdata.SET_COMMENT);
        if ((flags & Protocol.NFT_SET_MAP) == 0) {
            return Optional.of(new NftSet(table, name, key, flags(flags), owner, timeout, comment));
        }
        int dataType = attributes.bigEndian(Protocol.NFTA_SET_DATA_TYPE, 0);
        List<DataType> data = dataType == Protocol.NFT_DATA_VERDICT ? List.of() : types(dataType);
        return data == null
                ? Optional.empty()
                : Optional.of(
                        new NftMap(table, name, key, data, flags(flags), owner, timeout, comment));
    }

    /** The name of a set that {@link #set} leaves out for its types; empty for anonymous sets. */
    static Optional<String> nameOfOtherType(Table table, Message message) {
        Attributes attributes = message.attributes(HEADER);
        int flags = attributes.bigEndian(Protocol.NFTA_SET_FLAGS, 0);
        return (flags & Protocol.NFT_SET_ANONYMOUS) != 0 || set(table, message).isPresent()
                ? Optional.empty()
                : Optional.of(attributes.string(Protocol.NFTA_SET_NAME));
    }

    private static Set<Flag> flags(int bits) {
        Set<Flag> flags = EnumSet.noneOf(Flag.class);
        if ((bits & Protocol.NFT_SET_INTERVAL) != 0) {
            flags.add(Flag.INTERVAL);
        }
        if ((bits & Protocol.NFT_SET_TIMEOUT) != 0) {
            flags.add(Flag.TIMEOUT);
        }
        return flags;
    }

    private static Owner owner(int bits, Attributes attributes) {
        if ((bits & Protocol.NFT_SET_EVAL) == 0) {
            return Owner.US;
        }
        int size =
                attributes
                        .nested(Protocol.NFTA_SET_DESC)
                        .bigEndian(Protocol.NFTA_SET_DESC_SIZE, Owner.Kernel.DEFAULT_SIZE);
        return new Owner.Kernel(size < 0 ? Integer.MAX_VALUE : size); // 32 bits, unsigned
    }

    /** The types of a concatenation; null if one is unknown. */
    private static @Nullable List<DataType> types(int number) {
        List<DataType> types = new ArrayList<>();
        for (int rest = number; rest != 0; rest >>>= Protocol.TYPE_BITS) {
            DataType found = null;
            for (DataType type : DataType.values()) {
                if (type.number() == (rest & ((1 << Protocol.TYPE_BITS) - 1))) {
                    found = type;
                }
            }
            if (found == null) {
                return null;
            }
            types.addFirst(found);
        }
        return types.isEmpty() ? null : types;
    }

    /** The name of the chain that a rule is in. */
    static String chainOf(Message message) {
        return message.attributes(HEADER).string(Protocol.NFTA_RULE_CHAIN);
    }

    static InstalledRule rule(Message message) {
        Attributes attributes = message.attributes(HEADER);
        Attributes.@Nullable Attribute handle = attributes.find(Protocol.NFTA_RULE_HANDLE);
        List<String> expressions =
                attributes.nested(Protocol.NFTA_RULE_EXPRESSIONS).all().stream()
                        .map(e -> e.asAttributes().string(Protocol.NFTA_EXPR_NAME))
                        .toList();
        return new InstalledRule(
                handle == null ? 0 : handle.asBigEndianLong(),
                expressions,
                userText(attributes, Protocol.NFTA_RULE_USERDATA, Userdata.COMMENT),
                attributes.bytes(Protocol.NFTA_RULE_USERDATA).flatMap(Userdata::fingerprint));
    }
}
