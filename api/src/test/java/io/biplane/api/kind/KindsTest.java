package io.biplane.api.kind;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.FieldError;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.registry.KindRegistry;
import io.biplane.api.registry.Strategies;
import io.biplane.api.service.ServiceCluster;
import io.biplane.api.table.Column;
import io.biplane.api.type.ApiType;
import io.biplane.api.type.TypeRegistry;
import io.biplane.netip.IpFamily;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** No part of a kind is forgotten. That something is said about generation, the builder sees to. */
class KindsTest {
    /** Types that clients send or read by name and that are no kinds with objects of their own. */
    private static final Set<String> MESSAGES =
            Set.of("Binding", "Scale", "Eviction", "Status", "DeleteOptions", "WatchEvent");

    static List<Resource> resources() {
        return Kinds.BUILT_IN.resources();
    }

    @ParameterizedTest
    @MethodSource("resources")
    void everyKindHasColumnsOfItsOwn(Resource resource) {
        List<String> names = Kinds.BUILT_IN.columns(resource).stream().map(Column::name).toList();
        assertThat(names).contains("Name").isNotEqualTo(List.of("Name", "Age"));
        assertThat(names).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("resources")
    void everyKindRefusesAnObjectWithoutAName(Resource resource) {
        ServiceCluster cluster = new ServiceCluster(List.of(IpFamily.IPV4, IpFamily.IPV6), true);
        Strategies strategies = new Strategies(new KindRegistry(Kinds.BUILT_IN), cluster);
        ObjectNode object = Json.parseObject("{\"metadata\":{\"name\":\"\"},\"spec\":{}}");
        assertThat(strategies.of(resource).validate(object))
                .extracting(FieldError::toString)
                .anyMatch(fault -> fault.startsWith("metadata.name: Required value"));
    }

    /** A table of types and the list of kinds name the same ones. */
    @Test
    void theTypeRegistryHasTheSameKinds() {
        Set<String> types = new TreeSet<>();
        for (ApiType type : TypeRegistry.get().all()) {
            for (String kind : type.kinds()) {
                if (!MESSAGES.contains(kind.substring(kind.lastIndexOf('/') + 1))) {
                    types.add(kind.startsWith("/") ? kind.substring(1) : kind);
                }
            }
        }
        Set<String> served = new TreeSet<>();
        resources().forEach(r -> served.add(r.apiVersion() + "/" + r.kind()));
        assertThat(types).isEqualTo(served);
    }
}
