package io.biplane.linux.nftables.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.linux.Errno;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.netlink.NetlinkException;
import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.DataType;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.NftSet;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.Operation;
import io.biplane.linux.nftables.Rule;
import io.biplane.linux.nftables.Statement;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.Transaction;
import io.biplane.linux.nftables.Value;
import io.biplane.linux.testing.KernelTest;
import io.biplane.linux.testing.TestNamespaces;
import io.biplane.linux.testing.Witness;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

@KernelTest
final class KernelNftablesKernelTest {
    @RegisterExtension final TestNamespaces namespaces = new TestNamespaces();

    @ParameterizedTest
    @EnumSource(IpFamily.class)
    void theTextGivesTheSameRulesetAsTheCommit(IpFamily family) {
        Transaction transaction = new Rulesets(family).everything();
        NetworkNamespace byNetlink = namespaces.create();
        NetworkNamespace byText = namespaces.create();
        try (Nftables nft = KernelNftables.open(byNetlink)) {
            nft.commit(transaction);
        }
        Witness.nft(byText, transaction.toString());
        assertThat(Witness.nftText(byNetlink)).isEqualTo(Witness.nftText(byText));
        assertThat(Witness.nftRuleset(byNetlink)).isEqualTo(Witness.nftRuleset(byText));
    }

    /** Its own test because nft 1.0.6 aborts on the text of IPv6, as it does on its own output. */
    @ParameterizedTest
    @EnumSource(IpFamily.class)
    void aRuleThatRemembersIsPrintedAsItWasMeant(IpFamily family) {
        Rulesets rulesets = new Rulesets(family);
        NetworkNamespace namespace = namespaces.create();
        Chain chain = Chain.regular(rulesets.table, "remember");
        Rule rule = rulesets.remembering(chain);
        try (Nftables nft = KernelNftables.open(namespace)) {
            nft.commit(
                    new Transaction()
                            .add(rulesets.table)
                            .add(chain)
                            .add(rulesets.affinity)
                            .add(rule));
        }
        assertThat(Witness.nftText(namespace).replace("timeout 1m30s", "timeout 90s"))
                .contains(
                        rule.toString()
                                .replace("meta l4proto udp update", "update")
                                .replace("th dport", "udp dport"));
    }

    @ParameterizedTest
    @EnumSource(IpFamily.class)
    void whatNftPrintsIsWhatNftTakes(IpFamily family) {
        NetworkNamespace written = namespaces.create();
        NetworkNamespace again = namespaces.create();
        try (Nftables nft = KernelNftables.open(written)) {
            nft.commit(new Rulesets(family).balancing());
        }
        Witness.nft(again, Witness.nftText(written));
        assertThat(Witness.nftText(again)).isEqualTo(Witness.nftText(written));
    }

    @ParameterizedTest
    @EnumSource(IpFamily.class)
    void everythingIsReadBackAsItWasWritten(IpFamily family) {
        Transaction transaction = new Rulesets(family).everything();
        Table table = new Rulesets(family).table;
        try (Nftables nft = KernelNftables.open(namespaces.create())) {
            nft.commit(transaction);
            assertThat(nft.tables()).containsExactly(table);
            List<Chain> chains = new ArrayList<>();
            List<NamedSet> sets = new ArrayList<>();
            Map<NamedSet, Set<Element>> elements =
                    transaction.operations().stream()
                            .filter(Operation.AddElements.class::isInstance)
                            .map(Operation.AddElements.class::cast)
                            .collect(
                                    Collectors.toMap(
                                            Operation.AddElements::set,
                                            o -> Set.copyOf(o.elements()),
                                            (a, b) -> {
                                                Set<Element> both = new HashSet<>(a);
                                                both.addAll(b);
                                                return both;
                                            }));
            List<String> comments = new ArrayList<>();
            for (Operation operation : transaction.operations()) {
                switch (operation) {
                    case Operation.AddChain(Chain chain) -> chains.add(chain);
                    case Operation.AddSet(NamedSet set) -> sets.add(set);
                    case Operation.AddRule(Rule rule) -> comments.add(rule.comment());
                    default -> {}
                }
            }
            assertThat(nft.chains(table)).containsExactlyInAnyOrderElementsOf(chains);
            assertThat(nft.sets(table)).containsExactlyInAnyOrderElementsOf(sets);
            for (NamedSet set : sets) {
                assertThat(nft.elements(set))
                        .as(set.toString())
                        .containsExactlyInAnyOrderElementsOf(elements.getOrDefault(set, Set.of()));
            }
            List<String> found = new ArrayList<>();
            for (Chain chain : chains) {
                nft.rules(chain).forEach(r -> found.add(r.comment()));
            }
            assertThat(found).containsExactlyInAnyOrderElementsOf(comments);
        }
    }

    @Test
    void aTransactionIsAllOrNothingAndTheErrorNamesTheOperation() {
        Rulesets rulesets = new Rulesets(IpFamily.IPV4);
        NetworkNamespace namespace = namespaces.create();
        try (Nftables nft = KernelNftables.open(namespace)) {
            nft.commit(rulesets.balancing());
            List<Element> element = rulesets.endpointElements(1, rulesets.at(100));
            Transaction bad =
                    new Transaction()
                            .add(rulesets.services, rulesets.serviceElements(1, 1))
                            .delete(rulesets.endpoints, element)
                            .add(Table.of(Table.Family.IP6, "other"));
            assertThatThrownBy(() -> nft.commit(bad))
                    .isInstanceOfSatisfying(
                            NetlinkException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
                    .hasMessageStartingWith(
                            "delete element ip proxy ep-2 { 10.96.0.1 . tcp . 80 . 0 } in ");
            assertThat(nft.elements(rulesets.services)).isEmpty();
            assertThat(nft.tables()).containsExactly(rulesets.table);
            nft.commit(new Transaction().add(rulesets.services, rulesets.serviceElements(1, 1)));
            assertThat(nft.elements(rulesets.services)).hasSize(1);
        }
    }

    @Test
    void oneBadChainAmongManyIsNamed() {
        Rulesets rulesets = new Rulesets(IpFamily.IPV6);
        try (Nftables nft = KernelNftables.open(namespaces.create())) {
            Transaction bad =
                    rulesets.balancing()
                            .add(rulesets.services, rulesets.serviceElements(0, 5000))
                            .delete(Chain.regular(rulesets.table, "no-such"));
            assertThatThrownBy(() -> nft.commit(bad))
                    .hasMessageStartingWith("delete chain ip6 proxy no-such in ");
            assertThat(nft.tables()).isEmpty();
        }
    }

    @Test
    void deletingWorksElementByElement() {
        Rulesets rulesets = new Rulesets(IpFamily.IPV6);
        NetworkNamespace namespace = namespaces.create();
        try (Nftables nft = KernelNftables.open(namespace)) {
            nft.commit(rulesets.balancing().add(rulesets.services, rulesets.serviceElements(0, 9)));
            nft.commit(new Transaction().delete(rulesets.services, rulesets.serviceElements(2, 3)));
            List<Element> rest = new ArrayList<>(rulesets.serviceElements(0, 2));
            rest.addAll(rulesets.serviceElements(5, 4));
            assertThat(nft.elements(rulesets.services)).containsExactlyInAnyOrderElementsOf(rest);
            nft.commit(new Transaction().flush(rulesets.services));
            assertThat(nft.elements(rulesets.services)).isEmpty();
            nft.commit(new Transaction().flush(rulesets.prerouting));
            assertThat(nft.rules(rulesets.prerouting)).isEmpty();
            long handle = nft.rules(rulesets.two).getFirst().handle();
            nft.commit(new Transaction().with(new Operation.DeleteRule(rulesets.two, handle)));
            nft.commit(
                    new Transaction()
                            .delete(rulesets.services)
                            .delete(rulesets.endpoints)
                            .delete(rulesets.two)
                            .delete(rulesets.prerouting));
            assertThat(nft.chains(rulesets.table)).isEmpty();
            nft.commit(new Transaction().destroy(rulesets.table).destroy(rulesets.table));
            assertThat(nft.tables()).isEmpty();
            assertThat(Witness.nftText(namespace)).isEmpty();
            assertThat(nft.sets(rulesets.table)).isEmpty();
            assertThat(nft.rules(rulesets.two)).isEmpty();
        }
    }

    @Test
    void anElementIsReplacedInOneTransaction() {
        Rulesets rulesets = new Rulesets(IpFamily.IPV4);
        try (Nftables nft = KernelNftables.open(namespaces.create())) {
            List<Element> before = rulesets.endpointElements(1, rulesets.at(100));
            List<Element> after = rulesets.endpointElements(1, rulesets.at(101));
            nft.commit(rulesets.balancing().add(rulesets.endpoints, before));
            assertThatThrownBy(() -> nft.commit(new Transaction().add(rulesets.endpoints, after)))
                    .isInstanceOfSatisfying(
                            NetlinkException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST));
            nft.commit(
                    new Transaction()
                            .delete(rulesets.endpoints, before)
                            .add(rulesets.endpoints, after));
            assertThat(nft.elements(rulesets.endpoints)).containsExactlyElementsOf(after);
        }
    }

    @Test
    void prefixesUpToTheEndsOfTheFamilyAreIntervals() {
        Table table = Table.of(Table.Family.INET, "t");
        NetworkNamespace namespace = namespaces.create();
        try (Nftables nft = KernelNftables.open(namespace)) {
            for (IpFamily family : IpFamily.values()) {
                NftSet set = NftSet.intervals(table, "s-" + family, DataType.address(family));
                boolean four = family == IpFamily.IPV4;
                List<Element> elements =
                        List.of(
                                Element.of(Value.of(Prefix.parse(four ? "0.0.0.0/2" : "::/3"))),
                                Element.of(
                                        Value.of(Prefix.parse(four ? "10.0.0.0/9" : "fc00::/8"))),
                                Element.of(
                                        Value.of(
                                                Prefix.parse(
                                                        four ? "192.168.1.0/24" : "fd00::/64"))),
                                Element.of(
                                        Value.of(
                                                Prefix.parse(
                                                        four
                                                                ? "192.168.2.0/24"
                                                                : "fd00:0:0:1::/64"))),
                                Element.of(
                                        Value.of(Prefix.parse(four ? "224.0.0.0/3" : "ff00::/8"))));
                List<Element> disjoint = new ArrayList<>(elements);
                if (four) {
                    disjoint.remove(1); // within the first one
                }
                nft.commit(new Transaction().add(table).add(set).add(set, disjoint));
                assertThat(nft.elements(set)).containsExactlyInAnyOrderElementsOf(disjoint);
                nft.commit(new Transaction().delete(set, disjoint.subList(1, disjoint.size())));
                assertThat(nft.elements(set)).containsExactly(disjoint.getFirst());
            }
            assertThat(Witness.nftText(namespace)).contains("elements = { 0.0.0.0/2 }");
        }
    }

    @Test
    void aRuleOfAnotherProgramIsCountedAndAnUnknownSetLeftOut() {
        NetworkNamespace namespace = namespaces.create();
        Witness.nft(
                namespace,
                """
                table inet other {
                  set macs { type ether_addr; }
                  chain c { type filter hook input priority 0; policy drop;
                    tcp dport { 22, 80 } limit rate 5/second accept comment "theirs"
                  }
                }
                """);
        Table table = Table.of(Table.Family.INET, "other");
        try (Nftables nft = KernelNftables.open(namespace)) {
            assertThat(nft.tables()).containsExactly(table);
            assertThat(nft.sets(table)).isEmpty();
            assertThat(nft.setsOfOtherTypes(table)).containsExactly("macs");
            Chain chain = nft.chains(table).getFirst();
            assertThat(chain.base().orElseThrow().policy()).isEqualTo(Chain.Policy.DROP);
            assertThat(nft.rules(chain))
                    .singleElement()
                    .satisfies(rule -> {
                        assertThat(rule.comment()).isEqualTo("theirs");
                        assertThat(rule.fingerprint()).isEmpty();
                        assertThat(rule.expressions()).contains("lookup", "limit");
                    });
        }
    }

    @Test
    void aStatementThatCannotBeIsRefusedBeforeTheKernelSeesIt() {
        Rulesets four = new Rulesets(IpFamily.IPV4);
        Rulesets six = new Rulesets(IpFamily.IPV6);
        assertThatThrownBy(() -> Statement.vmap(six.service(), four.services))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the key of ip proxy services is");
        assertThatThrownBy(() -> Statement.dnat(four.service(), four.services))
                .hasMessage("ip proxy services maps to verdicts");
    }
}
