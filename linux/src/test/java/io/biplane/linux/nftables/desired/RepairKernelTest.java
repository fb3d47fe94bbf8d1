package io.biplane.linux.nftables.desired;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.NftSet;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.Transaction;
import io.biplane.linux.nftables.kernel.KernelNftables;
import io.biplane.linux.testing.Eventually;
import io.biplane.linux.testing.KernelTest;
import io.biplane.linux.testing.TestNamespaces;
import io.biplane.linux.testing.Witness;
import io.biplane.netip.IpFamily;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Damage that nft does, and what becomes of it; every row for either family. */
@KernelTest
final class RepairKernelTest {
    private static final String NAME = "kept";

    @RegisterExtension final TestNamespaces namespaces = new TestNamespaces();

    private static List<String> differences(Nftables kernel, DesiredTable table) {
        return TableAudit.differences(kernel, table, (NamedSet _, Element e) -> e.toString());
    }

    /**
     * What nft lists of the table, in an order that does not hang on that of the making, without
     * the time that elements have left, and without the counter and the set of MACs named {@code
     * odd}: the model has no word for these, they stay and no rule uses them.
     */
    private static String listed(NetworkNamespace namespace) {
        String text = Witness.nftText(namespace).replaceAll(" expires \\w+", "");
        return Arrays.stream(text.replaceFirst("table .*\n", "").split("\n\n|\n(?=})", -1))
                .filter(part -> !part.contains("counter odd {") && !part.contains("ether_addr"))
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsAsDesiredIsNotWritten(IpFamily family) {
        NetworkNamespace namespace = namespaces.create();
        DesiredTable one = Fixture.table(family, NAME);
        DesiredTable other = Fixture.table(family, "other");
        try (Nftables kernel = KernelNftables.open(namespace)) {
            TableKeeper keeper = new TableKeeper(kernel);
            TableKeeper neighbour = new TableKeeper(kernel);
            assertThat(keeper.sync(List.of(one)).repaired()).hasSize(1);
            assertThat(neighbour.sync(List.of(other)).repaired()).hasSize(1);
            long generation = kernel.generation();
            for (int round = 0; round < 3; round++) {
                assertThat(keeper.sync(List.of(one)).repaired()).isEmpty();
                assertThat(neighbour.sync(List.of(other)).repaired()).isEmpty();
                assertThat(new TableKeeper(kernel).sync(List.of(one, other)))
                        .as("a restarted process")
                        .isEqualTo(new TableKeeper.Synced(true, List.of()));
            }
            assertThat(kernel.generation()).isEqualTo(generation);
            assertThat(differences(kernel, one)).isEmpty();
        }
    }

    /** The first column is what is done, lines parted by ";"; the second what the audit says. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    add rule $t some drop                              | $t some has besides rule handle
                    insert rule $t some drop comment "mine"            | comment "mine"
                    insert rule $t empty counter                       | $t empty has besides rule handle
                    flush chain $t some                                | $t some misses "meta l4proto tcp accept"
                    flush chain $t some;add rule $t some meta l4proto tcp accept;add rule $t some meta l4proto udp drop;add rule $t some jump empty | $t some misses
                    add chain $t in { type filter hook prerouting priority -300; policy drop; } | policy drop
                    add table $t { flags dormant; }                    | table $t is dormant
                    delete table $t                                    | table $t is missing
                    flush ruleset                                      | table $t is missing
                    delete element $t ways { $1 }                      | $t ways misses $1 : goto some
                    add element $t ways { $3 : accept }                | $t ways has besides $3 : accept
                    delete element $t ways { $2 };add element $t ways { $2 : accept } | $t ways misses $2 : drop
                    flush map $t ways                                  | $t ways misses $1 : goto some, $2 : drop
                    add element $t ranges { $3-$9 }                    | $t ranges has besides
                    delete element $t ranges { $r }                    | $t ranges misses $r
                    delete element $t ranges { $r };add element $t ranges { $s } | $t ranges misses $r
                    add chain $t odd;add rule $t some jump odd;add rule $t odd drop | $t some has besides
                    add chain $t odd { type filter hook input priority 0; policy drop; } | chain $t odd does not belong there
                    add set $t odd { type ether_addr; };insert rule $t some ether saddr @odd drop | $t some has besides
                    add set $t odd { type inet_service; };insert rule $t some th dport @odd drop | $t some has besides
                    add counter $t odd;add rule $t some counter name odd | $t some has besides
                    rename chain $t some renamed                       | chain $t some is missing
                    rename chain $t empty renamed                      | chain $t empty is missing
                    flush chain $t in;delete set $t ranges;add set $t ranges { type ether_addr; } | set or map $t ranges is missing
                    flush chain $t in;delete set $t ranges;add set $t ranges { type inet_service; } | type inet_service
                    flush chain $t in;delete set $t ranges;add set $t ranges { type $a; flags interval; size 1; } | $t ranges misses
                    flush chain $t in;delete set $t ranges;add set $t ranges { type $a; flags interval; timeout 1h; } | timeout 3600s
                    flush chain $t in;delete map $t ways;add map $t ways { type $a : mark; } | $t ways is declared
                    flush chain $t in;delete chain $t in;add chain $t in { type filter hook input priority 0; } | hook input
                    flush chain $t in;delete chain $t in;add chain $t in | has "no hook"
                    delete table $t;add table $t;add map $t ways { type inet_service : mark; } | chain $t in is missing
                    add rule $t some jump { drop; }                    | $t some has besides
                    add table $t { flags dormant; };flush chain $t in;delete set $t ranges;add set $t ranges { type inet_service; } | table $t is dormant
                    flush chain $t in;delete map $t ways;add map $t ways { type $a : verdict; flags dynamic; size 9; } | $t ways is declared
                    flush chain $t in;delete set $t seen               | set or map $t seen is missing
                    flush chain $t in;delete set $t seen;add set $t seen { type $a; flags timeout; timeout 1h; } | not "type $a; flags timeout,dynamic;
                    flush chain $t in;delete set $t seen;add set $t seen { type $a; flags dynamic,timeout; timeout 1h; } | size 65535;
                    flush chain $t in;delete set $t seen;add set $t seen { type $a; flags dynamic,timeout; timeout 1h; size 1; } | size 1;
                    flush chain $t in;delete set $t seen;add set $t seen { type $a; flags dynamic,timeout; timeout 2h; size 1000; } | timeout 7200s
                    flush chain $t in;delete set $t seen;add set $t seen { type mark; flags dynamic,timeout; timeout 1h; size 1000; } | type mark
                    flush chain $t in;delete set $t seen;add map $t seen { type $a : mark; flags dynamic,timeout; timeout 1h; size 1000; } | map $t seen is declared
                    flush chain $t in;delete set $t seen;add set $t seen { type ether_addr; flags dynamic,timeout; timeout 1h; size 1000; } | set or map $t seen is missing
                    """)
    void damageIsNamedAndRepairedAndNothingIsWrittenAfterwards(String damage, String named) {
        boolean takesLearnt =
                Stream.of("delete table", "flush ruleset", "delete set $t seen")
                        .anyMatch(damage::contains);
        for (IpFamily family : IpFamily.values()) {
            NetworkNamespace namespace = namespaces.create();
            DesiredTable desired = Fixture.table(family, NAME);
            try (Nftables kernel = KernelNftables.open(namespace)) {
                TableKeeper keeper = new TableKeeper(kernel);
                keeper.sync(List.of(desired));
                String nothingLearnt = listed(namespace);
                learn(namespace, kernel, family);
                String intact = takesLearnt ? nothingLearnt : listed(namespace);
                Witness.nft(namespace, of(damage, family).replace(";", "\n").replace("\n ", "; "));
                assertThat(differences(kernel, desired))
                        .as(damage)
                        .anySatisfy(text -> assertThat(text).contains(of(named, family)));
                assertThat(keeper.sync(List.of(desired)).repaired())
                        .as(damage)
                        .containsExactly(desired.table());
                assertThat(listed(namespace)).as(damage).isEqualTo(intact);
                assertThat(differences(kernel, desired)).as(damage).isEmpty();
                long generation = kernel.generation();
                assertThat(new TableKeeper(kernel).sync(List.of(desired)).repaired()).isEmpty();
                assertThat(kernel.generation()).as(damage).isEqualTo(generation);
            }
        }
    }

    /** Lets a packet pass, and adds another element by hand, with a timeout of its own. */
    private static void learn(NetworkNamespace namespace, Nftables kernel, IpFamily family) {
        String loopback = family == IpFamily.IPV4 ? "127.0.0.1" : "::1";
        String _ =
                Witness.run(
                        namespace, "", "bash", "-c", "echo > /dev/udp/%s/9".formatted(loopback));
        NftSet seen = Fixture.seen(Table.of(family, NAME), family);
        Eventually.holds(
                Duration.ofSeconds(10),
                () ->
                        kernel.elements(seen).stream().anyMatch(e -> e.keyText().equals(loopback))
                                ? ""
                                : "%s is not in %s".formatted(loopback, seen));
        Witness.nft(namespace, of("add element $t seen { $7 timeout 10m }", family));
    }

    @ParameterizedTest
    @EnumSource
    void whatTheKernelLearntIsNoDamageAndOutlivesTheProcessThatSyncs(IpFamily family) {
        NetworkNamespace namespace = namespaces.create();
        DesiredTable desired = Fixture.table(family, NAME);
        try (Nftables kernel = KernelNftables.open(namespace)) {
            TableKeeper keeper = new TableKeeper(kernel);
            keeper.sync(List.of(desired));
            learn(namespace, kernel, family);
            String learnt = listed(namespace);
            assertThat(learnt).contains(of("$7 timeout 10m", family));
            for (TableKeeper each : List.of(keeper, new TableKeeper(kernel))) {
                assertThat(each.sync(List.of(desired)))
                        .isEqualTo(new TableKeeper.Synced(true, List.of()));
            }
            assertThat(differences(kernel, desired)).isEmpty();
            assertThat(listed(namespace)).isEqualTo(learnt);
            Witness.nft(namespace, of("flush set $t ranges", family));
            assertThat(new TableKeeper(kernel).sync(List.of(desired)).repaired()).hasSize(1);
            assertThat(listed(namespace)).isEqualTo(learnt);
        }
    }

    private static String of(String text, IpFamily family) {
        boolean v4 = family == IpFamily.IPV4;
        return text.replace("$t", (v4 ? "ip " : "ip6 ") + NAME)
                .replace("$a", v4 ? "ipv4_addr" : "ipv6_addr")
                .replace("$r", v4 ? "10.1.0.0/16" : "fd01::/64")
                .replace("$s", v4 ? "10.1.0.0/17" : "fd01::/63")
                .replaceAll("\\$(\\d)", v4 ? "10.0.0.$1" : "fd00::$1");
    }

    @Test
    void aRuleThatIsReplacedOrMovedIsNamedAndItsChainAloneIsWritten() {
        NetworkNamespace namespace = namespaces.create();
        DesiredTable desired = Fixture.table(IpFamily.IPV6, NAME);
        try (Nftables kernel = KernelNftables.open(namespace)) {
            TableKeeper keeper = new TableKeeper(kernel);
            keeper.sync(List.of(desired));
            long untouched = kernel.rules(desired.chains().getFirst()).getFirst().handle();
            long handle = kernel.rules(desired.chains().get(1)).getFirst().handle();
            Witness.nft(
                    namespace,
                    "replace rule ip6 kept some handle %d meta l4proto tcp accept"
                            .formatted(handle));
            assertThat(differences(kernel, desired))
                    .anySatisfy(text -> assertThat(text).contains("besides rule handle " + handle))
                    .contains("chain ip6 kept some misses \"meta l4proto tcp accept\"");
            keeper.sync(List.of(desired));
            kernel.commit(
                    new Transaction()
                            .flush(desired.chains().get(1))
                            .add(desired.rules().get(3))
                            .add(desired.rules().get(2))
                            .add(desired.rules().get(4)));
            assertThat(differences(kernel, desired))
                    .containsExactly(
                            "chain ip6 kept some has its rules in another order, or one of them twice");
            keeper.sync(List.of(desired));
            assertThat(differences(kernel, desired)).isEmpty();
            assertThat(kernel.rules(desired.chains().getFirst()).getFirst().handle())
                    .isEqualTo(untouched);
        }
    }

    @Test
    void aTableThatNftWroteAgainFromItsOwnListingIsWrittenOnce() {
        NetworkNamespace namespace = namespaces.create();
        DesiredTable desired = Fixture.table(IpFamily.IPV4, NAME);
        try (Nftables kernel = KernelNftables.open(namespace)) {
            new TableKeeper(kernel).sync(List.of(desired));
            String listing = Witness.run(namespace, "", "nft", "list", "ruleset");
            Witness.nft(namespace, "flush ruleset\n" + listing);
            long generation = kernel.generation();
            assertThat(new TableKeeper(kernel).sync(List.of(desired)).repaired()).hasSize(1);
            assertThat(new TableKeeper(kernel).sync(List.of(desired)).repaired()).isEmpty();
            assertThat(kernel.generation()).isEqualTo(generation + 1);
        }
    }

    @Test
    void tablesOfOtherProgramsAreNotTouchedWhateverTheirNames() {
        NetworkNamespace namespace = namespaces.create();
        String others =
                """
                table inet theirs {
                \tchain c {
                \t\ttype filter hook input priority filter; policy accept;
                \t\ttcp dport { 22, 80 } accept
                \t}
                }
                """;
        Witness.nft(namespace, others);
        Witness.nft(namespace, "add table netdev theirs\nadd table bridge theirs\n");
        try (Nftables kernel = KernelNftables.open(namespace)) {
            DesiredTable desired = Fixture.table(IpFamily.IPV4, NAME);
            new TableKeeper(kernel).sync(List.of(desired));
            kernel.commit(new Transaction().destroy(desired.table()));
            assertThat(Witness.nftText(namespace)).contains(others.strip());
        }
    }
}
