package io.biplane.linux.nftables.kernel;

import io.biplane.linux.Errno;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.netlink.Message;
import io.biplane.linux.netlink.MessageWriter;
import io.biplane.linux.netlink.NetlinkException;
import io.biplane.linux.netlink.NetlinkSocket;
import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.Fingerprint;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.Rule;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.Transaction;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** The ruleset of a namespace of this machine. It may be used from any thread. */
public final class KernelNftables implements Nftables {
    private static final int HEADER = 4;

    private final NetlinkSocket socket;
    private final String namespace;

    private KernelNftables(NetlinkSocket socket, String namespace) {
        this.socket = socket;
        this.namespace = namespace;
    }

    /** Opens the ruleset of {@code namespace}, whose handle may be closed afterwards. */
    public static KernelNftables open(NetworkNamespace namespace) {
        return new KernelNftables(
                NetlinkSocket.open(namespace, NetlinkSocket.NETLINK_NETFILTER),
                namespace.toString());
    }

    @Override
    public void commit(Transaction transaction) {
        if (transaction.isEmpty()) {
            return;
        }
        MessageWriter out = new MessageWriter();
        TransactionEncoder encoder = TransactionEncoder.write(out, transaction);
        socket.request(
                out, sequence -> "%s in %s".formatted(encoder.operation(sequence), namespace));
    }

    @Override
    public long generation() {
        MessageWriter out = new MessageWriter();
        out.begin(Protocol.GETGEN, 0).u8(0).u8(0).be16(0).end();
        long[] generation = {-1};
        socket.request(
                out,
                _ -> "get generation in " + namespace,
                (_, _) -> false,
                message -> {
                    if (message.type() == Protocol.NEWGEN) {
                        generation[0] =
                                Integer.toUnsignedLong(
                                        message.attributes(HEADER)
                                                .bigEndian(Protocol.NFTA_GEN_ID, -1));
                    }
                });
        return generation[0];
    }

    @Override
    public List<Table> tables() {
        List<Table> tables = new ArrayList<>();
        MessageWriter out = begin(Protocol.GETTABLE, 0);
        dump(out, "list tables", tables, m -> RulesetDecoder.table(m).ifPresent(tables::add));
        return tables;
    }

    @Override
    public List<Chain> chains(Table table) {
        List<Chain> chains = new ArrayList<>();
        MessageWriter out =
                begin(Protocol.GETCHAIN, TransactionEncoder.familyNumber(table.family()));
        dump(
                out,
                "list chains of " + table,
                chains,
                m -> RulesetDecoder.chain(table, m).ifPresent(chains::add));
        return chains;
    }

    @Override
    public List<NamedSet> sets(Table table) {
        return sets(table, m -> RulesetDecoder.set(table, m));
    }

    @Override
    public List<String> setsOfOtherTypes(Table table) {
        return sets(table, m -> RulesetDecoder.nameOfOtherType(table, m));
    }

    private <T> List<T> sets(Table table, Function<Message, Optional<T>> decoder) {
        List<T> sets = new ArrayList<>();
        MessageWriter out = begin(Protocol.GETSET, TransactionEncoder.familyNumber(table.family()));
        out.attrString(Protocol.NFTA_SET_TABLE, table.name());
        noneIfAbsent(() ->
                dump(
                        out,
                        "list sets of " + table,
                        sets,
                        m -> decoder.apply(m).ifPresent(sets::add)));
        return sets;
    }

    @Override
    public List<Element> elements(NamedSet set) {
        MessageWriter out =
                begin(Protocol.GETSETELEM, TransactionEncoder.familyNumber(set.table().family()));
        out.attrString(Protocol.NFTA_SET_ELEM_LIST_TABLE, set.table().name());
        out.attrString(Protocol.NFTA_SET_ELEM_LIST_SET, set.name());
        ElementDecoder decoder = new ElementDecoder(set);
        socket.dump(
                out.end(),
                "list elements of %s in %s".formatted(set, namespace),
                decoder::clear,
                decoder::accept);
        return decoder.elements();
    }

    @Override
    public Map<String, List<InstalledRule>> rules(Table table) {
        Map<String, List<InstalledRule>> rules = new HashMap<>();
        MessageWriter out =
                begin(Protocol.GETRULE, TransactionEncoder.familyNumber(table.family()));
        out.attrString(Protocol.NFTA_RULE_TABLE, table.name());
        noneIfAbsent(() ->
                socket.dump(
                        out.end(),
                        "list rules of %s in %s".formatted(table, namespace),
                        rules::clear,
                        m ->
                                rules.computeIfAbsent(
                                                RulesetDecoder.chainOf(m), _ -> new ArrayList<>())
                                        .add(RulesetDecoder.rule(m))));
        return rules;
    }

    @Override
    public Fingerprint fingerprint(Rule rule) {
        return RuleAttributes.fingerprint(rule);
    }

    private static MessageWriter begin(int type, int family) {
        MessageWriter out = new MessageWriter();
        return out.begin(type, MessageWriter.NLM_F_DUMP).u8(family).u8(0).be16(0);
    }

    private void dump(
            MessageWriter request, String what, List<?> collected, Consumer<Message> answers) {
        socket.dump(
                request.end(), "%s in %s".formatted(what, namespace), collected::clear, answers);
    }

    /** A table that is not there has nothing in it. */
    private static void noneIfAbsent(Runnable dump) {
        try {
            dump.run();
        } catch (NetlinkException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
