package io.biplane.proxy.nftables;

import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.Rule;
import io.biplane.linux.nftables.Transaction;
import io.biplane.linux.nftables.Value;
import io.biplane.linux.nftables.desired.DesiredTable;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;
import io.biplane.proxy.config.ProxyConfig;
import io.biplane.proxy.nftables.ServiceChains.Kind;
import io.biplane.proxy.nftables.ServiceChains.Masquerade;
import io.biplane.proxy.service.Frontend;
import io.biplane.proxy.service.ServicePort;
import io.biplane.proxy.service.ServiceTable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the tables of every namespace contain, both families: kept once, however many namespaces are
 * served. {@link #change} takes over changes of Services and gives the transaction that brings a
 * table from the former content to the new one; {@link #tables} gives the whole content.
 *
 * <p>One thread at a time uses it.
 */
public final class ServiceRuleset {
    private record Sized(IpFamily family, Kind kind, int endpoints) {}

    private final int markBit;
    private final boolean masqueradeAll;
    private final Map<IpFamily, ServiceSets> sets = new EnumMap<>(IpFamily.class);

    /** How many ports need an element; those that none needs are absent. */
    private final Map<NamedSet, Map<Element, Integer>> needed = new LinkedHashMap<>();

    /** The chains that exist, with the number of frontends that lead to each. */
    private final Map<Sized, Integer> chains = new HashMap<>();

    public ServiceRuleset(ProxyConfig config) {
        markBit = config.masqueradeBit();
        masqueradeAll = config.masqueradeAll();
        for (IpFamily family : IpFamily.values()) {
            ServiceSets own = ServiceSets.of(family);
            sets.put(family, own);
            own.filledByServices().forEach(set -> needed.put(set, new HashMap<>()));
        }
    }

    /** Takes over {@code changes}; the transaction is empty when the kernel would see none. */
    public Transaction change(List<ServiceTable.Change> changes) {
        Map<NamedSet, Map<Element, Integer>> differences = new LinkedHashMap<>();
        Transaction transaction = new Transaction();
        for (ServiceTable.Change change : changes) {
            for (ServicePort port : change.before()) {
                count(port, -1, differences);
                useChains(port, -1, transaction);
            }
            for (ServicePort port : change.after()) {
                count(port, 1, differences);
                useChains(port, 1, transaction);
            }
        }
        differences.forEach((set, elements) -> apply(set, elements, transaction));
        return transaction;
    }

    private void count(ServicePort port, int by, Map<NamedSet, Map<Element, Integer>> differences) {
        PortElements.of(
                port,
                setsOf(port.family()),
                (set, element) ->
                        differences
                                .computeIfAbsent(set, _ -> new LinkedHashMap<>())
                                .merge(element, by, Integer::sum));
    }

    private void apply(NamedSet set, Map<Element, Integer> differences, Transaction transaction) {
        Map<Element, Integer> counts = needed.getOrDefault(set, Map.of());
        List<Element> added = new ArrayList<>();
        List<Element> removed = new ArrayList<>();
        differences.forEach((element, difference) -> {
            int before = counts.getOrDefault(element, 0);
            int after = before + difference;
            if (after > 0) {
                counts.put(element, after);
            } else {
                counts.remove(element);
            }
            if (before == 0 && after > 0) {
                added.add(element);
            } else if (before > 0 && after == 0) {
                removed.add(element);
            }
        });
        transaction.delete(set, removed);
        transaction.add(set, added);
    }

    /** Makes the chains that a port is the first to need. */
    private void useChains(ServicePort port, int by, Transaction transaction) {
        int endpoints = port.endpoints().size();
        if (endpoints < 2) {
            return; // fixed chains
        }
        for (Frontend frontend : port.frontends()) {
            Kind kind =
                    switch (frontend) {
                        case Frontend.ClusterIp _ -> Kind.CLUSTER_IP;
                        case Frontend.NodePort _ -> Kind.NODE_PORT;
                    };
            Sized sized = new Sized(port.family(), kind, endpoints);
            if (!chains.containsKey(sized)) {
                List<Rule> rules = rules(sized);
                Chain chain = rules.getFirst().chain();
                transaction.add(chain).flush(chain);
                rules.forEach(transaction::add);
            }
            chains.merge(sized, by, Integer::sum);
        }
    }

    /**
     * Forgets the chains that nothing leads to any more. They are kept until then, because a number
     * of endpoints that was there comes back often.
     *
     * @return the transaction that deletes them
     */
    public Transaction prune() {
        Transaction transaction = new Transaction();
        chains.entrySet()
                .removeIf(entry -> {
                    if (entry.getValue() > 0) {
                        return false;
                    }
                    Chain chain = rules(entry.getKey()).getFirst().chain();
                    transaction.flush(chain).delete(chain);
                    return true;
                });
        return transaction;
    }

    /**
     * The whole tables, one for each family, as long as nothing changes here.
     *
     * @param localSources prefixes whose connections to cluster addresses keep their source
     *     address; a family without any keeps all sources
     */
    public List<DesiredTable> tables(Collection<Prefix> localSources) {
        return sets.values().stream().map(own -> table(own, localSources)).toList();
    }

    private DesiredTable table(ServiceSets own, Collection<Prefix> localSources) {
        List<Element> local =
                Prefix.withoutNested(localSources).stream()
                        .filter(prefix -> prefix.family() == own.family())
                        .map(prefix -> Element.of(Value.of(prefix)))
                        .toList();
        Masquerade masquerade =
                masqueradeAll
                        ? Masquerade.ALL
                        : local.isEmpty() ? Masquerade.NEVER : Masquerade.FOREIGN;
        List<Rule> rules = new ArrayList<>(new ServiceChains(own, markBit).fixed(masquerade));
        new TreeMap<>(byName(own.family())).values().forEach(rules::addAll);
        Map<NamedSet, Collection<Element>> contents = new LinkedHashMap<>();
        own.filledByServices()
                .forEach(set -> contents.put(set, needed.getOrDefault(set, Map.of()).keySet()));
        contents.put(own.localSources(), local);
        return new DesiredTable(
                own.table(), rules.stream().map(Rule::chain).distinct().toList(), rules, contents);
    }

    private Map<String, List<Rule>> byName(IpFamily family) {
        Map<String, List<Rule>> byName = new HashMap<>();
        for (Sized sized : chains.keySet()) {
            if (sized.family() == family) {
                List<Rule> rules = rules(sized);
                byName.put(rules.getFirst().chain().name(), rules);
            }
        }
        return byName;
    }

    private List<Rule> rules(Sized sized) {
        return new ServiceChains(setsOf(sized.family()), markBit)
                .sized(sized.kind(), sized.endpoints());
    }

    private ServiceSets setsOf(IpFamily family) {
        ServiceSets own = sets.get(family);
        if (own == null) {
            throw new IllegalStateException("no tables for " + family);
        }
        return own;
    }
}
