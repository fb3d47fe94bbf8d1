package io.biplane.linux.testing;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.linux.Errno;
import io.biplane.linux.netlink.NetlinkException;
import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.Expression;
import io.biplane.linux.nftables.Fingerprint;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.Operation;
import io.biplane.linux.nftables.Rule;
import io.biplane.linux.nftables.Statement;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.Transaction;
import io.biplane.linux.nftables.Value;
import io.biplane.linux.nftables.Verdict;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A ruleset in memory that keeps nftables' rules: all of a transaction or nothing, nothing is
 * deleted that is not there or still in use, and no key leads to two data.
 */
public final class FakeNftables implements Nftables {
    /**
     * @param byHand written by another program, which leaves no fingerprint
     */
    private record Written(Rule rule, boolean byHand) {}

    /** The objects of one table, by name, in the order of their making. */
    private static final class Content {
        private final Table table;
        private final Map<String, Chain> chains = new LinkedHashMap<>();
        private final Map<String, Map<Long, Written>> rules = new LinkedHashMap<>();
        private final Map<String, NamedSet> sets = new LinkedHashMap<>();
        private final Map<String, Map<List<Value>, Element>> elements = new LinkedHashMap<>();

        private Content(Table table) {
            this.table = table;
        }

        private Stream<Statement> statements() {
            return rules.values().stream()
                    .flatMap(of -> of.values().stream())
                    .flatMap(written -> written.rule().statements().stream());
        }

        private boolean leadsTo(String chain) {
            Stream<Verdict> ofRules =
                    statements()
                            .filter(Statement.Decide.class::isInstance)
                            .map(s -> ((Statement.Decide) s).verdict());
            Stream<Verdict> ofElements =
                    elements.values().stream()
                            .flatMap(of -> of.values().stream())
                            .map(Element::data)
                            .filter(Element.Data.ToVerdict.class::isInstance)
                            .map(d -> ((Element.Data.ToVerdict) d).verdict());
            return Stream.concat(ofRules, ofElements).anyMatch(v -> target(v).equals(chain));
        }

        private boolean uses(String set) {
            return statements()
                    .anyMatch(statement ->
                            switch (statement) {
                                case Statement.InSet s -> s.set().name().equals(set);
                                case Statement.VerdictMap s -> s.map().name().equals(set);
                                case Statement.DnatMap s -> s.target().map().name().equals(set);
                                case Statement.Remember s -> s.set().name().equals(set);
                                case Statement.Match(
                                                Expression.MapLookup lookup,
                                                boolean _,
                                                Value _) ->
                                        lookup.map().name().equals(set);
                                default -> false;
                            });
        }

        private Content copy() {
            return copy(table.dormant());
        }

        private Content copy(boolean dormant) {
            Content copy =
                    new Content(new Table(table.family(), table.name(), table.comment(), dormant));
            copy.chains.putAll(chains);
            copy.sets.putAll(sets);
            rules.forEach((name, of) -> copy.rules.put(name, new LinkedHashMap<>(of)));
            elements.forEach((name, of) -> copy.elements.put(name, new LinkedHashMap<>(of)));
            return copy;
        }
    }

    @GuardedBy("this")
    private Map<String, Content> tables = new LinkedHashMap<>();

    @GuardedBy("this")
    private final List<Transaction> committed = new ArrayList<>();

    @GuardedBy("this")
    private long nextHandle = 1;

    @GuardedBy("this")
    private int failures;

    @GuardedBy("this")
    private int failure;

    @GuardedBy("this")
    private long generation = 1;

    private volatile Optional<RuntimeException> broken = Optional.empty();

    /** The transactions that were carried out, oldest first. */
    public synchronized List<Transaction> committed() {
        return List.copyOf(committed);
    }

    /** Lets the next {@code count} commits fail as the kernel fails when it is out of memory. */
    public void failNext(int count) {
        failNext(count, Errno.ENOBUFS);
    }

    /** Lets the next {@code count} commits fail with that error. */
    public synchronized void failNext(int count, int errno) {
        failures = count;
        failure = errno;
    }

    /** Lets every commit and every comparison fail that way until told otherwise. */
    public void breakWith(Optional<RuntimeException> failure) {
        broken = failure;
    }

    private void throwIfBroken() {
        broken.ifPresent(failure -> {
            throw failure;
        });
    }

    /** Carries out a transaction as another program does, without fingerprints. */
    public synchronized void commitByHand(Transaction transaction) {
        commit(transaction, true);
    }

    /**
     * Adds an element as a rule does when a packet passes: outside of any transaction, and nothing
     * where the set is full.
     *
     * @throws IllegalStateException if no rule adds to the set
     */
    public synchronized void learn(NamedSet set, Element element) {
        Operation operation = new Operation.AddElements(set, List.of(element));
        Content content = content(set.table(), operation);
        if (content.statements()
                .noneMatch(s ->
                        s instanceof Statement.Remember r && r.set().name().equals(set.name()))) {
            throw new IllegalStateException("no rule adds to " + set);
        }
        Map<List<Value>, Element> elements = elements(set, operation);
        if (present(content.sets.get(set.name()), operation).owner()
                        instanceof NamedSet.Owner.Kernel(int size)
                && elements.size() < size) {
            elements.putIfAbsent(element.key(), element);
        }
    }

    @Override
    public synchronized void commit(Transaction transaction) {
        if (transaction.isEmpty()) {
            return;
        }
        throwIfBroken();
        if (failures > 0) {
            failures--;
            throw new NetlinkException("commit", failure, "injected", 0);
        }
        commit(transaction, false);
        committed.add(transaction);
    }

    @Override
    public synchronized long generation() {
        throwIfBroken();
        return generation;
    }

    @Override
    public Fingerprint fingerprint(Rule rule) {
        return Fingerprint.of(rule.toString().getBytes(StandardCharsets.UTF_8));
    }

    @GuardedBy("this")
    private void commit(Transaction transaction, boolean byHand) {
        Map<String, Content> before = new LinkedHashMap<>();
        tables.forEach((name, content) -> before.put(name, content.copy()));
        try {
            transaction.operations().forEach(operation -> apply(operation, byHand));
            generation++;
        } catch (NetlinkException e) {
            tables = before;
            throw e;
        }
    }

    @GuardedBy("this")
    private void apply(Operation operation, boolean byHand) {
        switch (operation) {
            case Operation.AddTable(Table t) -> {
                Content _ =
                        tables.merge(
                                t.toString(),
                                new Content(t),
                                (there, _) -> there.copy(t.dormant()));
            }
            case Operation.DeleteTable(Table t) -> {
                Content _ = present(tables.remove(t.toString()), operation);
            }
            case Operation.AddChain(Chain c) -> {
                Content content = content(c.table(), operation);
                addChain(content, c, operation);
                content.rules.putIfAbsent(c.name(), new LinkedHashMap<>());
            }
            case Operation.DeleteChain(Chain c) -> {
                Content content = content(c.table(), operation);
                Map<Long, Written> _ = present(content.rules.get(c.name()), operation);
                if (content.leadsTo(c.name())) {
                    throw refused(operation, Errno.EBUSY);
                }
                content.rules.remove(c.name());
                content.chains.remove(c.name());
            }
            case Operation.FlushChain(Chain c) -> rules(c, operation).clear();
            case Operation.AddRule(Rule r) ->
                    rules(r.chain(), operation).put(nextHandle++, new Written(r, byHand));
            case Operation.DeleteRule(Chain c, long handle) -> {
                Written _ = present(rules(c, operation).remove(handle), operation);
            }
            case Operation.AddSet(NamedSet s) -> {
                Content content = content(s.table(), operation);
                NamedSet there = content.sets.putIfAbsent(s.name(), s);
                if (there != null
                        && !(there.types(true).equals(s.types(true))
                                && there.flags().equals(s.flags())
                                && there.isDynamic() == s.isDynamic())) {
                    throw refused(operation, Errno.EEXIST);
                }
                content.elements.putIfAbsent(s.name(), new LinkedHashMap<>());
            }
            case Operation.DeleteSet(NamedSet s) -> {
                Content content = content(s.table(), operation);
                NamedSet _ = present(content.sets.get(s.name()), operation);
                if (content.uses(s.name())) {
                    throw refused(operation, Errno.EBUSY);
                }
                content.sets.remove(s.name());
                content.elements.remove(s.name());
            }
            case Operation.FlushSet(NamedSet s) -> elements(s, operation).clear();
            case Operation.AddElements(NamedSet s, List<Element> added) ->
                    added.forEach(e -> addElement(s, e, operation));
            case Operation.DeleteElements(NamedSet s, List<Element> deleted) -> {
                Map<List<Value>, Element> of = elements(s, operation);
                for (Element e : deleted) {
                    Element _ = present(of.remove(e.key()), operation);
                }
            }
        }
    }

    private static void addChain(Content content, Chain chain, Operation operation) {
        Chain there = content.chains.get(chain.name());
        if (there != null && chain.base().isPresent()) {
            Chain.Policy policy = chain.base().get().policy();
            if (!there.base().map(base -> base.with(policy)).equals(chain.base())) {
                throw refused(operation, Errno.EOPNOTSUPP);
            }
        }
        if (there == null || chain.base().isPresent()) {
            content.chains.put(chain.name(), chain);
        }
    }

    @GuardedBy("this")
    private void addElement(NamedSet set, Element element, Operation operation) {
        Element there = elements(set, operation).putIfAbsent(element.key(), element);
        if (there != null && !there.data().equals(element.data())) {
            throw refused(operation, Errno.EEXIST);
        }
        if (element.data() instanceof Element.Data.ToVerdict(var verdict)) {
            String chain = target(verdict);
            if (!chain.isEmpty() && !content(set.table(), operation).chains.containsKey(chain)) {
                throw refused(operation, Errno.ENOENT);
            }
        }
    }

    private static String target(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Goto(String name) -> name;
            case Verdict.Jump(String name) -> name;
            case Verdict.Final _ -> "";
        };
    }

    @GuardedBy("this")
    private Content content(Table table, Operation operation) {
        return present(tables.get(table.toString()), operation);
    }

    @GuardedBy("this")
    private Map<Long, Written> rules(Chain chain, Operation operation) {
        return present(content(chain.table(), operation).rules.get(chain.name()), operation);
    }

    @GuardedBy("this")
    private Map<List<Value>, Element> elements(NamedSet set, Operation operation) {
        return present(content(set.table(), operation).elements.get(set.name()), operation);
    }

    private static <T> T present(@Nullable T found, Operation operation) {
        if (found == null) {
            throw refused(operation, Errno.ENOENT);
        }
        return found;
    }

    private static NetlinkException refused(Operation operation, int errno) {
        return new NetlinkException(operation.toString(), errno, "", 1);
    }

    @Override
    public synchronized List<Table> tables() {
        return tables.values().stream().map(c -> c.table).toList();
    }

    @Override
    public synchronized List<Chain> chains(Table table) {
        Content content = tables.get(table.toString());
        return content == null ? List.of() : List.copyOf(content.chains.values());
    }

    @Override
    public synchronized List<NamedSet> sets(Table table) {
        Content content = tables.get(table.toString());
        return content == null ? List.of() : List.copyOf(content.sets.values());
    }

    /** There are none: the model's types are all that it holds. */
    @Override
    public List<String> setsOfOtherTypes(Table table) {
        return List.of();
    }

    @Override
    public synchronized List<Element> elements(NamedSet set) {
        return List.copyOf(elements(set, new Operation.FlushSet(set)).values());
    }

    @Override
    public synchronized Map<String, List<InstalledRule>> rules(Table table) {
        Content content = tables.get(table.toString());
        Map<String, List<InstalledRule>> rules = new HashMap<>();
        if (content != null) {
            content.rules.forEach((chain, of) -> {
                if (!of.isEmpty()) {
                    rules.put(chain, of.entrySet().stream().map(this::installed).toList());
                }
            });
        }
        return rules;
    }

    private InstalledRule installed(Map.Entry<Long, Written> entry) {
        Written written = entry.getValue();
        return new InstalledRule(
                entry.getKey(),
                List.of(),
                written.rule().comment(),
                written.byHand() ? Optional.empty() : Optional.of(fingerprint(written.rule())));
    }

    @Override
    public void close() {}
}
