package io.biplane.apiserver.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.Strategy;
import io.biplane.api.kind.Kinds;
import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;
import io.biplane.store.Txn;
import io.biplane.store.TxnResult;
import io.biplane.store.memory.MemoryStore;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class NodeAllocationTest {
    private static ObjectNode node(String name, String... podCidrs) {
        ObjectNode node = Json.object();
        node.putObject("metadata").put("name", name);
        ObjectNode spec = node.putObject("spec");
        for (String cidr : podCidrs) {
            spec.withArray("podCIDRs").add(cidr);
        }
        return node;
    }

    @Test
    void aPodSubnetBelongsToOneNodeUntilThatIsDeleted() {
        try (MemoryStore store = new MemoryStore()) {
            Writer nodes =
                    new Writer(store, Kinds.NODES, new Strategy() {}, new NodeAllocation(store));
            nodes.create(node("one", "10.244.0.0/24", "fc00::/64"));
            nodes.create(node("two"));
            assertThat(nodes.claims())
                    .containsExactly("podcidrs/IPv4/0af400", "podcidrs/IPv6/fc00000000000000");

            ObjectNode two = nodes.read("two");
            Json.child(two, "spec").withArray("podCIDRs").add("10.244.1.0/24").add("fc00:0::/64");
            assertThatThrownBy(() -> nodes.update(two))
                    .isInstanceOfSatisfying(
                            StatusException.class, e -> assertThat(e.code()).isEqualTo(409))
                    .hasMessage(
                            "Operation cannot be fulfilled on nodes \"two\": podCIDR fc00::/64 is already allocated to node \"one\"");
            assertThat(nodes.claims()).hasSize(2);

            nodes.delete("one");
            assertThat(nodes.claims()).isEmpty();
            nodes.update(two);
            assertThat(nodes.claims())
                    .containsExactly("podcidrs/IPv4/0af401", "podcidrs/IPv6/fc00000000000000");
            nodes.update(nodes.read("two"));
            assertThat(nodes.claims()).as("an unrelated update").hasSize(2);
        }
    }

    private static Writer writer(MemoryStore store) {
        return new Writer(store, Kinds.NODES, new Strategy() {}, new NodeAllocation(store));
    }

    @ParameterizedTest(name = "{0} and {1}")
    @CsvSource({
        "10.244.0.0/23, 10.244.1.0/24, true",
        "10.244.0.0/23, 10.244.2.0/24, false",
        "10.0.0.0/8, 10.244.1.0/24, true",
        "0.0.0.0/0, 10.244.1.7/32, true",
        "0.0.0.0/1, 128.0.0.0/1, false",
        "0.0.0.0/1, 127.255.255.255/32, true",
        "10.244.8.0/21, 10.244.15.0/24, true",
        "10.244.8.0/21, 10.244.7.0/24, false",
        "10.244.8.0/21, 10.244.16.0/24, false",
        "10.244.1.0/25, 10.244.1.128/25, false",
        "10.244.1.0/26, 10.244.1.0/25, true",
        "fc00::/24, fc00:12:3:4::/64, true",
        "fc00::/24, fc00:100::/64, false",
        "fd00::/63, fd00:0:0:1::/64, true",
        "fd00::/63, fd00:0:0:2::/64, false",
        "fd00::/65, fd00::8000:0:0:0/65, false",
        "fd00::1/128, fd00::/127, true",
        "::/0, fd00::1/128, true",
        "a000::/3, bfff::/16, true",
        "a000::/3, c000::/3, false",
    })
    void podSubnetsOfTwoNodesNeverOverlap(String one, String two, boolean overlap) {
        for (boolean swapped : new boolean[] {false, true}) {
            String first = swapped ? two : one;
            String second = swapped ? one : two;
            try (MemoryStore store = new MemoryStore()) {
                Writer nodes = writer(store);
                nodes.create(node("one", first));
                if (overlap) {
                    assertThatThrownBy(() -> nodes.create(node("two", second)))
                            .isInstanceOfSatisfying(
                                    StatusException.class, e -> assertThat(e.code()).isEqualTo(409))
                            .hasMessage(
                                    "Operation cannot be fulfilled on nodes \"two\": podCIDR %s overlaps %s, which is already allocated to node \"one\""
                                            .formatted(second, first));
                } else {
                    nodes.create(node("two", second));
                    nodes.delete("two");
                }
                nodes.delete("one");
                assertThat(nodes.claims()).isEmpty();
                nodes.create(node("two", second));
            }
        }
    }

    /** A claim is one to eight keys, however many addresses it covers. */
    @ParameterizedTest
    @CsvSource({"0.0.0.0/0, 1", "10.0.0.0/8, 1", "10.0.0.0/9, 8", "10.0.0.0/31, 2", "fc00::/22, 4"})
    void aClaimCostsTheSameForEverySize(String prefix, int keys) {
        try (MemoryStore store = new MemoryStore()) {
            Writer nodes = writer(store);
            nodes.create(node("one", prefix));
            assertThat(nodes.claims()).hasSize(keys);
            nodes.delete("one");
            assertThat(nodes.claims()).isEmpty();
        }
    }

    /** API servers that have all checked before any of them writes. */
    @Test
    void ofManyConcurrentWritersOfOverlappingSubnetsOneWins() {
        long seed = Seeds.next();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            try (MemoryStore store = new MemoryStore()) {
                List<Claims> plans = new ArrayList<>();
                List<Prefix> prefixes = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    // 64 addresses of one /26 and all their blocks up to a /20.
                    Prefix prefix =
                            Prefix.of(
                                    Addr.parse("10.0.0.0").plus(random.nextInt(64)),
                                    20 + random.nextInt(13));
                    ObjectNode node = node("n" + i, prefix.toString());
                    Json.child(node, "metadata").put("uid", "u" + i);
                    prefixes.add(prefix);
                    plans.add(new NodeAllocation(store).plan(node, null, false));
                }
                List<Prefix> won = new ArrayList<>();
                for (int i = 0; i < plans.size(); i++) {
                    Claims plan = plans.get(i);
                    Prefix prefix = prefixes.get(i);
                    boolean committed =
                            store.commit(new Txn(plan.conditions(), plan.ops()))
                                    instanceof TxnResult.Committed;
                    assertThat(committed)
                            .as("%s after %s, seed %d", prefix, won, seed)
                            .isEqualTo(won.stream().noneMatch(prefix::overlaps));
                    if (committed) {
                        won.add(prefix);
                    }
                }
            }
        }
    }
}
