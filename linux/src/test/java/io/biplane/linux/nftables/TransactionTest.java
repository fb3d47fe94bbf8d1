package io.biplane.linux.nftables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

final class TransactionTest {
    private static final Table TABLE = new Table(Table.Family.IP6, "masq", "egress");
    private static final Chain CHAIN =
            Chain.base(TABLE, "out", Chain.Type.NAT, Chain.Hook.POSTROUTING, Chain.Base.SRCNAT);

    @Test
    void aTransactionIsNftTextOneCommandInALine() {
        NftSet ranges =
                new NftSet(
                        TABLE,
                        "ranges",
                        List.of(DataType.IPV6_ADDR),
                        Set.of(NamedSet.Flag.INTERVAL, NamedSet.Flag.TIMEOUT),
                        NamedSet.Owner.US,
                        Optional.of(Duration.ofMinutes(1)),
                        "stay");
        Element element = Element.of(Value.of(Prefix.parse("fd00::/8"))).commented("ULA");
        Transaction transaction =
                new Transaction()
                        .add(TABLE)
                        .add(CHAIN)
                        .add(ranges)
                        .add(ranges, List.of(element, Element.of(Value.of(Addr.parse("fe80::1")))))
                        .add(ranges, List.of())
                        .add(
                                Rule.of(
                                                CHAIN,
                                                Statement.notInSet(
                                                        Expression.Payload.IP6_DADDR, ranges),
                                                new Statement.Masquerade(true, true))
                                        .commented("leaves"))
                        .delete(ranges, List.of(element))
                        .flush(CHAIN)
                        .delete(TABLE);
        assertThat(transaction)
                .hasToString(
                        """
                        add table ip6 masq { comment "egress"; }
                        add chain ip6 masq out { type nat hook postrouting priority 100; policy accept; }
                        add set ip6 masq ranges { type ipv6_addr; flags interval,timeout; timeout 60s; comment "stay"; }
                        add element ip6 masq ranges { fd00::/8 comment "ULA", fe80::1 }
                        add rule ip6 masq out ip6 daddr != @ranges masquerade random,fully-random comment "leaves"
                        delete element ip6 masq ranges { fd00::/8 }
                        flush chain ip6 masq out
                        delete table ip6 masq
                        """);
    }

    @Test
    void aSetThatTheKernelFillsSaysSo() {
        NftSet seen = NftSet.dynamic(TABLE, "seen", Duration.ofHours(3), 7, DataType.INET_SERVICE);
        assertThat(new Transaction().add(seen))
                .hasToString(
                        "add set ip6 masq seen { type inet_service; flags timeout,dynamic; size 7;"
                                + " timeout 10800s; }\n");
        assertThatThrownBy(() -> new NamedSet.Owner.Kernel(0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        new NftSet(
                                TABLE,
                                "ranges",
                                List.of(DataType.IPV6_ADDR),
                                Set.of(NamedSet.Flag.INTERVAL),
                                new NamedSet.Owner.Kernel(7),
                                Optional.empty(),
                                ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("set ranges has intervals");
    }

    @Test
    void aRuleAddsToNoSetThatTransactionsFill() {
        NftSet ours = NftSet.of(TABLE, "ours", DataType.IPV6_ADDR);
        assertThatThrownBy(() ->
                        new Statement.Remember(
                                true,
                                ours,
                                Expression.Payload.IP6_SADDR,
                                Optional.empty(),
                                Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("ip6 masq ours is filled by transactions, not by rules");
    }

    @Test
    void aDormantTableSaysSo() {
        assertThat(new Transaction().add(new Table(Table.Family.IP, "t", "", true)))
                .hasToString("add table ip t { flags dormant; }\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1st", "two words", "a;b", "a{b", "ünnamed"})
    void whatNftWouldMisreadIsNoName(String name) {
        assertThatThrownBy(() -> Chain.regular(TABLE, name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("\"" + name + "\" cannot name a chain");
    }

    @Test
    void aCommentCannotEndItsQuotes() {
        assertThatThrownBy(() -> new Table(Table.Family.IP, "t", "a\" ; flush ruleset"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Table(Table.Family.IP, "t", "x".repeat(128)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aPrefixOfOneAddressIsThatAddress() {
        Addr addr = Addr.parse("10.0.0.1");
        assertThat(Value.of(new Prefix(addr, 32))).isEqualTo(Value.of(addr));
    }
}
