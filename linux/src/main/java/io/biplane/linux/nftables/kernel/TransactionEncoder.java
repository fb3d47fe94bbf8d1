package io.biplane.linux.nftables.kernel;

import static io.biplane.linux.netlink.MessageWriter.NLM_F_APPEND;
import static io.biplane.linux.netlink.MessageWriter.NLM_F_CREATE;

import io.biplane.linux.netlink.MessageWriter;
import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.DataType;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.Fingerprint;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.NamedSet.Flag;
import io.biplane.linux.nftables.NamedSet.Owner;
import io.biplane.linux.nftables.NftMap;
import io.biplane.linux.nftables.Operation;
import io.biplane.linux.nftables.Rule;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.Transaction;
import io.biplane.linux.nftables.Value;
import io.biplane.linux.nftables.kernel.Values.Bound;
import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;

import java.util.Arrays;
import java.util.List;

/** Writes a transaction as one nfnetlink batch, and remembers which message is which operation. */
final class TransactionEncoder {
    /** A list of elements is one attribute, and an attribute holds at most 64 KiB. */
    private static final int LIST_BYTES = 60_000;

    private final MessageWriter out;
    private final Transaction transaction;
    private int[] operationOfMessage = new int[64];
    private int setId;

    private TransactionEncoder(MessageWriter out, Transaction transaction) {
        this.out = out;
        this.transaction = transaction;
    }

    /** Writes the whole batch; the last operation's acknowledgement is asked for. */
    static TransactionEncoder write(MessageWriter out, Transaction transaction) {
        TransactionEncoder encoder = new TransactionEncoder(out, transaction);
        encoder.batch();
        return encoder;
    }

    private void batch() {
        batchEdge(Protocol.NFNL_MSG_BATCH_BEGIN);
        List<Operation> operations = transaction.operations();
        for (int i = 0; i < operations.size(); i++) {
            write(operations.get(i));
            note(i);
        }
        out.acknowledge();
        batchEdge(Protocol.NFNL_MSG_BATCH_END);
    }

    private void batchEdge(int type) {
        out.begin(type, 0).u8(0).u8(0).be16(Protocol.NFNL_SUBSYS_NFTABLES).end();
    }

    /** Notes that the messages up to the last one belong to the operation. */
    private void note(int operation) {
        int messages = out.messages();
        if (messages >= operationOfMessage.length) {
            operationOfMessage = Arrays.copyOf(operationOfMessage, messages * 2);
        }
        for (int m = messages; m > 1 && operationOfMessage[m] == 0; m--) {
            operationOfMessage[m] = operation + 1;
        }
    }

    /** The operation that a message is part of, in words. */
    String operation(int sequence) {
        int operation = sequence < operationOfMessage.length ? operationOfMessage[sequence] : 0;
        if (operation == 0) {
            return "commit of %d operations".formatted(transaction.operations().size());
        }
        String text = transaction.operations().get(operation - 1).toString();
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }

    private void begin(int type, int flags, Table table) {
        out.begin(type, flags).u8(familyNumber(table.family())).u8(0).be16(0);
        out.attrString(1, table.name()); // every object names its table in its first attribute
    }

    static int familyNumber(Table.Family family) {
        return switch (family) {
            case INET -> 1;
            case IP -> 2;
            case IP6 -> 10;
        };
    }

    private void write(Operation operation) {
        switch (operation) {
            case Operation.AddTable(Table table) -> {
                begin(Protocol.NEWTABLE, NLM_F_CREATE, table);
                out.attrBe32(
                        Protocol.NFTA_TABLE_FLAGS,
                        table.dormant() ? Protocol.NFT_TABLE_F_DORMANT : 0);
                comment(Protocol.NFTA_TABLE_USERDATA, table.comment());
            }
            case Operation.DeleteTable(Table table) -> begin(Protocol.DELTABLE, 0, table);
            case Operation.AddChain(Chain chain) -> addChain(chain);
            case Operation.DeleteChain(Chain chain) -> {
                begin(Protocol.DELCHAIN, 0, chain.table());
                out.attrString(Protocol.NFTA_CHAIN_NAME, chain.name());
            }
            case Operation.FlushChain(Chain chain) -> {
                begin(Protocol.DELRULE, 0, chain.table());
                out.attrString(Protocol.NFTA_RULE_CHAIN, chain.name());
            }
            case Operation.AddRule(Rule rule) -> addRule(rule);
            case Operation.DeleteRule(Chain chain, long handle) -> {
                begin(Protocol.DELRULE, 0, chain.table());
                out.attrString(Protocol.NFTA_RULE_CHAIN, chain.name());
                out.attrBe64(Protocol.NFTA_RULE_HANDLE, handle);
            }
            case Operation.AddSet(NamedSet set) -> addSet(set);
            case Operation.DeleteSet(NamedSet set) -> {
                begin(Protocol.DELSET, 0, set.table());
                out.attrString(Protocol.NFTA_SET_NAME, set.name());
            }
            case Operation.FlushSet(NamedSet set) -> beginElements(Protocol.DELSETELEM, 0, set);
            case Operation.AddElements(NamedSet set, List<Element> elements) ->
                    elements(Protocol.NEWSETELEM, NLM_F_CREATE, set, elements);
            case Operation.DeleteElements(NamedSet set, List<Element> elements) ->
                    elements(Protocol.DELSETELEM, 0, set, elements);
        }
        out.end();
    }

    private void comment(int attribute, String comment) {
        if (!comment.isEmpty()) {
            out.attrBytes(attribute, Userdata.comment(Userdata.COMMENT, comment));
        }
    }

    private void addChain(Chain chain) {
        begin(Protocol.NEWCHAIN, NLM_F_CREATE, chain.table());
        out.attrString(Protocol.NFTA_CHAIN_NAME, chain.name());
        chain.base()
                .ifPresent(base -> {
                    int hook = out.nest(Protocol.NFTA_CHAIN_HOOK);
                    out.attrBe32(Protocol.NFTA_HOOK_HOOKNUM, base.hook().number());
                    out.attrBe32(Protocol.NFTA_HOOK_PRIORITY, base.priority());
                    out.close(hook);
                    out.attrBe32(Protocol.NFTA_CHAIN_POLICY, base.policy().number());
                    out.attrString(Protocol.NFTA_CHAIN_TYPE, base.type().toString());
                });
        comment(Protocol.NFTA_CHAIN_USERDATA, chain.comment());
    }

    private void addRule(Rule rule) {
        begin(Protocol.NEWRULE, NLM_F_CREATE | NLM_F_APPEND, rule.chain().table());
        out.attrString(Protocol.NFTA_RULE_CHAIN, rule.chain().name());
        Fingerprint _ = RuleAttributes.write(out, rule);
    }

    private void addSet(NamedSet set) {
        begin(Protocol.NEWSET, NLM_F_CREATE, set.table());
        out.attrString(Protocol.NFTA_SET_NAME, set.name());
        out.attrBe32(Protocol.NFTA_SET_FLAGS, flags(set));
        out.attrBe32(Protocol.NFTA_SET_KEY_TYPE, Values.typeNumber(set.key()));
        out.attrBe32(Protocol.NFTA_SET_KEY_LEN, Values.length(set.key()));
        if (set instanceof NftMap map) {
            boolean verdicts = map.toVerdicts();
            out.attrBe32(
                    Protocol.NFTA_SET_DATA_TYPE,
                    verdicts ? Protocol.NFT_DATA_VERDICT : Values.typeNumber(map.data()));
            out.attrBe32(Protocol.NFTA_SET_DATA_LEN, verdicts ? 0 : Values.length(map.data()));
        }
        if (set.owner() instanceof Owner.Kernel(int size)) {
            int description = out.nest(Protocol.NFTA_SET_DESC);
            out.attrBe32(Protocol.NFTA_SET_DESC_SIZE, size);
            out.close(description);
        } else if (isConcatenationOfIntervals(set)) {
            fieldLengths(set);
        }
        out.attrBe32(Protocol.NFTA_SET_ID, ++setId);
        set.timeout().ifPresent(t -> out.attrBe64(Protocol.NFTA_SET_TIMEOUT, t.toMillis()));
        byte[] userdata = Userdata.ofSet(set);
        if (userdata.length > 0) {
            out.attrBytes(Protocol.NFTA_SET_USERDATA, userdata);
        }
    }

    private static boolean isConcatenationOfIntervals(NamedSet set) {
        return set.flags().contains(Flag.INTERVAL) && set.key().size() > 1;
    }

    private static int flags(NamedSet set) {
        int flags = set instanceof NftMap ? Protocol.NFT_SET_MAP : 0;
        for (Flag flag : set.flags()) {
            flags |=
                    switch (flag) {
                        case INTERVAL -> Protocol.NFT_SET_INTERVAL;
                        case TIMEOUT -> Protocol.NFT_SET_TIMEOUT;
                    };
        }
        if (set.isDynamic()) {
            flags |= Protocol.NFT_SET_EVAL;
        }
        return isConcatenationOfIntervals(set) ? flags | Protocol.NFT_SET_CONCAT : flags;
    }

    private void fieldLengths(NamedSet set) {
        int description = out.nest(Protocol.NFTA_SET_DESC);
        int concatenation = out.nest(Protocol.NFTA_SET_DESC_CONCAT);
        for (DataType type : set.key()) {
            int field = out.nest(Protocol.NFTA_LIST_ELEM);
            out.attrBe32(Protocol.NFTA_SET_FIELD_LEN, type.bytes());
            out.close(field);
        }
        out.close(concatenation);
        out.close(description);
    }

    private void beginElements(int type, int flags, NamedSet set) {
        begin(type, flags, set.table());
        out.attrString(Protocol.NFTA_SET_ELEM_LIST_SET, set.name());
    }

    /** Leaves the last message open; a long list takes several. */
    private void elements(int type, int flags, NamedSet set, List<Element> elements) {
        beginElements(type, flags, set);
        int list = out.nest(Protocol.NFTA_SET_ELEM_LIST_ELEMENTS);
        int start = out.length();
        for (Element element : elements) {
            if (out.length() - start > LIST_BYTES) {
                out.close(list);
                out.end();
                beginElements(type, flags, set);
                list = out.nest(Protocol.NFTA_SET_ELEM_LIST_ELEMENTS);
                start = out.length();
            }
            element(type == Protocol.NEWSETELEM, set, element);
        }
        out.close(list);
    }

    private void element(boolean add, NamedSet set, Element element) {
        if (element.key().size() != set.key().size()) {
            throw new IllegalArgumentException(
                    "the key of %s has %d fields, but %s has not"
                            .formatted(set, set.key().size(), element));
        }
        boolean interval = set.flags().contains(Flag.INTERVAL);
        int item = out.nest(Protocol.NFTA_LIST_ELEM);
        Values.attribute(out, Protocol.NFTA_SET_ELEM_KEY, element.key(), Bound.FIRST);
        if (interval && set.key().size() > 1) {
            Values.attribute(out, Protocol.NFTA_SET_ELEM_KEY_END, element.key(), Bound.LAST);
        }
        if (add) {
            datum(set, element);
        }
        out.close(item);
        if (interval && set.key().size() == 1) {
            intervalEnd(element.key().getFirst());
        }
    }

    private void datum(NamedSet set, Element element) {
        switch (element.data()) {
            case Element.Data.ToVerdict(var verdict) ->
                    Values.verdict(out, Protocol.NFTA_SET_ELEM_DATA, verdict);
            case Element.Data.Fields(List<Value> values) -> {
                if (set instanceof NftMap) {
                    Values.attribute(out, Protocol.NFTA_SET_ELEM_DATA, values, Bound.FIRST);
                }
            }
        }
        element.timeout()
                .ifPresent(t -> out.attrBe64(Protocol.NFTA_SET_ELEM_TIMEOUT, t.toMillis()));
        comment(Protocol.NFTA_SET_ELEM_USERDATA, element.comment());
    }

    /** The first key after an interval; there is none after the last address of a family. */
    private void intervalEnd(Value value) {
        Prefix prefix =
                switch (value) {
                    case Value.Block(Prefix p) -> p;
                    case Value.Address(Addr a) -> new Prefix(a, a.family().bits());
                    default ->
                            throw new IllegalArgumentException(
                                    "%s cannot be an interval".formatted(value));
                };
        Addr last = prefix.last();
        boolean endsFamily = Arrays.equals(last.toBytes(), ones(last.family().bytes()));
        if (endsFamily) {
            return;
        }
        int item = out.nest(Protocol.NFTA_LIST_ELEM);
        Values.attribute(
                out, Protocol.NFTA_SET_ELEM_KEY, List.of(Value.of(last.plus(1))), Bound.FIRST);
        out.attrBe32(Protocol.NFTA_SET_ELEM_FLAGS, Protocol.NFT_SET_ELEM_INTERVAL_END);
        out.close(item);
    }

    private static byte[] ones(int bytes) {
        byte[] ones = new byte[bytes];
        Arrays.fill(ones, (byte) 0xff);
        return ones;
    }
}
