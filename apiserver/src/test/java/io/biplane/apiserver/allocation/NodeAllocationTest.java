package io.biplane.apiserver.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.api.Json;
import io.biplane.api.Kinds;
import io.biplane.api.StatusException;
import io.biplane.api.Strategy;
import io.biplane.store.memory.MemoryStore;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.node.ObjectNode;

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
                    new Writer(store, Kinds.NODES, Strategy.PLAIN, new NodeAllocation(store));
            nodes.create(node("one", "10.244.0.0/24", "fc00::/64"));
            nodes.create(node("two"));
            assertThat(nodes.claims())
                    .containsExactly("podcidrs/IPv4/10.244.0.0/24", "podcidrs/IPv6/fc00::/64");

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
                    .containsExactly("podcidrs/IPv4/10.244.1.0/24", "podcidrs/IPv6/fc00::/64");
            nodes.update(nodes.read("two"));
            assertThat(nodes.claims()).as("an unrelated update").hasSize(2);
        }
    }
}
