package io.biplane.linux.nftables.desired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.linux.Errno;
import io.biplane.linux.netlink.NetlinkException;
import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.Rule;
import io.biplane.linux.nftables.Statement;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.Transaction;
import io.biplane.linux.testing.FakeNftables;
import io.biplane.netip.IpFamily;

import org.junit.jupiter.api.Test;

import java.util.List;

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

    @Test
    void aTableThatWasPutToSleepIsWoken() {
        keeper.sync(List.of(ONE));
        kernel.commitByHand(new Transaction().add(new Table(Table.Family.IP, "one", "", true)));
        keeper.sync(List.of(ONE));
        assertThat(kernel.committed().getLast()).hasToString("add table ip one\n");
    }
}
