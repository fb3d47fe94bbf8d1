package io.biplane.linux.nftables.desired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.biplane.linux.Errno;
import io.biplane.linux.netlink.NetlinkException;
import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.DataType;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.NamedSet.Flag;
import io.biplane.linux.nftables.NamedSet.Owner;
import io.biplane.linux.nftables.NftMap;
import io.biplane.linux.nftables.NftSet;
import io.biplane.linux.nftables.Rule;
import io.biplane.linux.nftables.Statement;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.Transaction;
import io.biplane.linux.nftables.Value;
import io.biplane.linux.testing.FakeNftables;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Keepers of one ruleset, which is in memory. */
final class TableKeeperTest {
    private static final DesiredTable ONE = Fixture.table(IpFamily.IPV4, "one");
    private static final DesiredTable OTHER = Fixture.table(IpFamily.IPV4, "other");

    private final FakeNftables kernel = new FakeNftables();
    private final TableKeeper keeper = new TableKeeper(kernel);

    @Test
    void twoKeepersOfOneRulesetDoNotSetEachOtherGoing() {
        TableKeeper neighbour = new TableKeeper(kernel);
        assertThat(keeper.sync(List.of(ONE)).repaired()).containsExactly(ONE.table());
        assertThat(neighbour.sync(List.of(OTHER)).repaired()).containsExactly(OTHER.table());
        long generation = kernel.generation();
        assertThat(keeper.sync(List.of(ONE))).isEqualTo(new TableKeeper.Synced(true, List.of()));
        for (TableKeeper each : List.of(keeper, neighbour)) {
            DesiredTable table = each == keeper ? ONE : OTHER;
            assertThat(each.sync(List.of(table)).compared()).as("nobody wrote").isFalse();
        }
        neighbour.change(
                new Transaction().add(Rule.of(OTHER.chains().getLast(), Statement.accept())));
        assertThat(keeper.sync(List.of(ONE)).repaired()).isEmpty();
        assertThat(kernel.generation()).isEqualTo(generation + 1);
    }

    @Test
    void rulesOfAnOlderBuildAreWrittenOnce() {
        Transaction older = new Transaction().add(ONE.table());
        ONE.chains().forEach(older::add);
        ONE.sets().forEach((set, elements) -> older.add(set).add(set, elements));
        ONE.rules().forEach(older::add);
        kernel.commitByHand(older);
        keeper.sync(List.of(ONE));
        assertThat(kernel.committed())
                .singleElement()
                .satisfies(written ->
                        assertThat(written.toString().lines())
                                .noneMatch(line -> line.contains("element"))
                                .hasSize(2 + ONE.rules().size()));
        assertThat(new TableKeeper(kernel).sync(List.of(ONE)).repaired()).isEmpty();
    }

    @Test
    void onlyTheChainThatWasChangedIsWritten() {
        keeper.sync(List.of(ONE, OTHER));
        Chain some = ONE.chains().get(1);
        kernel.commitByHand(new Transaction().add(Rule.of(some, Statement.drop())));
        assertThat(keeper.sync(List.of(ONE, OTHER)).repaired()).containsExactly(ONE.table());
        assertThat(kernel.committed().getLast().toString().lines())
                .containsExactly(
                        "flush chain ip one some",
                        "add rule ip one some meta l4proto tcp accept",
                        "add rule ip one some meta l4proto udp drop",
                        "add rule ip one some jump empty");
    }

    @Test
    void aKernelWithoutMemoryIsNotAskedForMore() {
        keeper.sync(List.of(ONE));
        kernel.commitByHand(new Transaction().delete(ONE.table()));
        kernel.failNext(1);
        assertThatThrownBy(() -> keeper.sync(List.of(ONE)))
                .isInstanceOfSatisfying(
                        NetlinkException.class,
                        e -> assertThat(e.errno()).isEqualTo(Errno.ENOBUFS));
        assertThat(kernel.tables()).isEmpty();
        keeper.sync(List.of(ONE));
        assertThat(kernel.tables()).containsExactly(ONE.table());
    }

    private static final NftSet SEEN = Fixture.seen(ONE.table(), IpFamily.IPV4);
    private static final Element LEARNT = Element.of(Value.of(Addr.parse("192.0.2.1")));

    private void syncAndLearn() {
        keeper.sync(List.of(ONE, OTHER));
        kernel.learn(SEEN, LEARNT);
    }

    private List<String> differences() {
        return TableAudit.differences(kernel, ONE, (NamedSet _, Element e) -> e.toString());
    }

    @Test
    void whatTheKernelLearntIsNoDifference() {
        syncAndLearn();
        assertThat(keeper.sync(List.of(ONE, OTHER)).compared()).isFalse();
        kernel.commitByHand(new Transaction().add(SEEN, List.of(Element.of(at(2)))));
        for (TableKeeper each : List.of(keeper, new TableKeeper(kernel))) {
            assertThat(each.sync(List.of(ONE, OTHER)))
                    .isEqualTo(new TableKeeper.Synced(true, List.of()));
        }
        assertThat(kernel.elements(SEEN)).containsExactly(LEARNT, Element.of(at(2)));
        assertThat(differences()).isEmpty();
    }

    private static Value at(int last) {
        return Value.of(Addr.parse("192.0.2." + last));
    }

    private static Transaction withoutRulesOf(String chain) {
        return new Transaction().flush(Chain.regular(ONE.table(), chain));
    }

    private static List<Arguments> damages() {
        Table table = ONE.table();
        Chain in = ONE.chains().getFirst();
        NamedSet ranges = NftSet.of(table, "ranges", DataType.INET_SERVICE);
        NamedSet ways = NftMap.verdicts(table, "ways", DataType.IPV4_ADDR);
        return List.of(
                arguments("a rule", withoutRulesOf("some")),
                arguments("the rule that adds to it", withoutRulesOf("in")),
                arguments("elements", new Transaction().flush(ways)),
                arguments("a set", withoutRulesOf("in").delete(ranges)),
                arguments("a set's type", withoutRulesOf("in").delete(ranges).add(ranges)),
                arguments(
                        "a chain's hook",
                        withoutRulesOf("in").delete(in).add(Chain.regular(table, "in"))),
                arguments("a chain", withoutRulesOf("in").delete(in)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damages")
    void whatTheKernelLearntLivesThroughTheRepairOfTheRest(String what, Transaction damage) {
        syncAndLearn();
        kernel.commitByHand(damage);
        assertThat(differences()).as(what).isNotEmpty();
        assertThat(new TableKeeper(kernel).sync(List.of(ONE, OTHER)).repaired())
                .containsExactly(ONE.table());
        assertThat(differences()).as(what).isEmpty();
        assertThat(kernel.elements(SEEN)).as(what).containsExactly(LEARNT);
    }

    private static NftSet seen(Set<Flag> flags, Owner owner, Duration timeout) {
        return new NftSet(
                SEEN.table(), SEEN.name(), SEEN.key(), flags, owner, Optional.of(timeout), "");
    }

    private static List<NamedSet> otherDeclarations() {
        Duration hour = Duration.ofHours(1);
        return List.of(
                seen(SEEN.flags(), Owner.US, hour),
                seen(SEEN.flags(), new Owner.Kernel(999), hour),
                seen(SEEN.flags(), SEEN.owner(), Duration.ofHours(2)),
                NftSet.dynamic(SEEN.table(), SEEN.name(), hour, 1000, DataType.MARK));
    }

    @ParameterizedTest
    @MethodSource("otherDeclarations")
    void aSetThatTheKernelFillsIsMadeAnewWhereItIsDeclaredOtherwise(NamedSet other) {
        syncAndLearn();
        kernel.commitByHand(withoutRulesOf("in").delete(SEEN).add(other));
        assertThat(differences())
                .contains(
                        "set ip one seen is declared \"%s\", not \"%s\""
                                .formatted(other.declaration(), SEEN.declaration()));
        keeper.sync(List.of(ONE, OTHER));
        assertThat(kernel.sets(ONE.table())).contains(SEEN);
        assertThat(differences()).isEmpty();
    }

    @Test
    void aSetOfOursThatTheKernelFillsIsMadeAnewAndTheOthersAreSpared() {
        syncAndLearn();
        NamedSet ways = NftMap.verdicts(ONE.table(), "ways", DataType.IPV4_ADDR);
        NamedSet dynamic =
                new NftMap(
                        ways.table(),
                        ways.name(),
                        ways.key(),
                        List.of(),
                        ways.flags(),
                        new Owner.Kernel(5),
                        ways.timeout(),
                        "");
        kernel.commitByHand(withoutRulesOf("in").delete(ways).add(dynamic));
        keeper.sync(List.of(ONE, OTHER));
        assertThat(kernel.sets(ONE.table())).contains(ways).doesNotContain(dynamic);
        assertThat(differences()).isEmpty();
        assertThat(kernel.elements(SEEN)).containsExactly(LEARNT);
    }

    @Test
    void whatTheKernelRefusesIsMadeAnewWithoutWhatIsLearntAndThenWithIt() {
        for (int refusals = 0; refusals < 3; refusals++) {
            syncAndLearn();
            kernel.commitByHand(withoutRulesOf("some"));
            kernel.failNext(refusals, Errno.EEXIST);
            assertThat(keeper.sync(List.of(ONE, OTHER)).repaired()).containsExactly(ONE.table());
            assertThat(differences()).isEmpty();
            assertThat(kernel.committed().getLast().toString())
                    .as("the table that was right")
                    .doesNotContain(" ip other");
            assertThat(kernel.elements(SEEN))
                    .as("%d refusals", refusals)
                    .isEqualTo(refusals < 2 ? List.of(LEARNT) : List.of());
        }
        kernel.commitByHand(withoutRulesOf("some"));
        kernel.failNext(3, Errno.EEXIST);
        assertThatThrownBy(() -> keeper.sync(List.of(ONE, OTHER)))
                .isInstanceOf(NetlinkException.class);
    }

    @Test
    void aTableThatWasPutToSleepIsWoken() {
        keeper.sync(List.of(ONE));
        kernel.commitByHand(new Transaction().add(new Table(Table.Family.IP, "one", "", true)));
        keeper.sync(List.of(ONE));
        assertThat(kernel.committed().getLast()).hasToString("add table ip one\n");
    }
}
