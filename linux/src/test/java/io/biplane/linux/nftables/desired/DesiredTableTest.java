package io.biplane.linux.nftables.desired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.linux.nftables.Chain;
import io.biplane.linux.nftables.DataType;
import io.biplane.linux.nftables.Element;
import io.biplane.linux.nftables.Expression;
import io.biplane.linux.nftables.NamedSet;
import io.biplane.linux.nftables.NftSet;
import io.biplane.linux.nftables.Rule;
import io.biplane.linux.nftables.Statement;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.Value;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Optional;

final class DesiredTableTest {
    private static final Table TABLE = Table.of(Table.Family.IP, "kept");
    private static final Chain CHAIN = Chain.regular(TABLE, "chain");
    private static final NftSet SEEN = Fixture.seen(TABLE, IpFamily.IPV4);
    private static final Rule REMEMBER =
            Rule.of(
                    CHAIN,
                    new Statement.Remember(
                            true,
                            SEEN,
                            Expression.saddr(IpFamily.IPV4),
                            Optional.empty(),
                            Optional.empty()));

    private static DesiredTable table(Rule rule, Map<NamedSet, List<Element>> sets) {
        return new DesiredTable(TABLE, List.of(CHAIN), List.of(rule), sets);
    }

    @Test
    void whatTheKernelFillsHasNoDesiredElements() {
        assertThat(table(REMEMBER, Map.of(SEEN, List.of())).sets()).containsOnlyKeys(SEEN);
        Element element = Element.of(Value.of(Addr.parse("10.0.0.1")));
        assertThatThrownBy(() -> table(REMEMBER, Map.of(SEEN, List.of(element))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("ip kept seen is filled by the kernel");
    }

    @Test
    void aRuleAddsOnlyToSetsOfItsTable() {
        NftSet smaller =
                NftSet.dynamic(TABLE, "seen", SEEN.timeout().orElseThrow(), 1, DataType.IPV4_ADDR);
        for (Map<NamedSet, List<Element>> sets :
                List.<Map<NamedSet, List<Element>>>of(Map.of(), Map.of(smaller, List.of()))) {
            assertThatThrownBy(() -> table(REMEMBER, sets))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("adds to ip kept seen, which is not in the table");
        }
    }

    @Test
    void aRuleIsInAChainOfItsTable() {
        Rule elsewhere = Rule.of(Chain.regular(TABLE, "elsewhere"), Statement.drop());
        assertThatThrownBy(() -> table(elsewhere, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is in ip kept elsewhere");
    }
}
