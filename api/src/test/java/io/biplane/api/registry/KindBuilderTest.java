package io.biplane.api.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.strategy.NamedStrategy;
import io.biplane.api.table.Column;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;

class KindBuilderTest {
    private static KindBuilder gadget() {
        return Kind.named("example.com", "v2", "gadgets", "Gadget");
    }

    @Test
    void aKindThatLacksAPartIsRefused() {
        Column name = Column.objectName();
        assertThatThrownBy(() -> gadget().countsGeneration().columns(name).build())
                .hasMessage("kind Gadget does not say rules");
        assertThatThrownBy(() -> gadget().countsGeneration().rules(NamedStrategy::new).build())
                .hasMessage("kind Gadget does not say columns");
        assertThatThrownBy(() -> gadget().columns(name).rules(NamedStrategy::new).build())
                .hasMessage("kind Gadget does not say countsGeneration or countsNoGeneration");
        assertThatThrownBy(() -> versioned().build())
                .hasMessageStartingWith("kind Gadget does not say convertedBy");
    }

    /** Stored as v2; v1 has the same objects, with a field of another name. */
    private static KindBuilder versioned() {
        return gadget().shortNames("gd")
                .countsGeneration()
                .columns(Column.objectName())
                .rules(NamedStrategy::new)
                .alsoServed("example.com", "v1")
                .select("size", "")
                .columns(Column.objectName(), Column.age())
                .rules(NamedStrategy::new);
    }

    private static ObjectNode convert(ObjectNode object, String apiVersion) {
        ObjectNode converted = Json.object().put("apiVersion", apiVersion);
        boolean old = apiVersion.endsWith("/v1");
        converted.set(old ? "size" : "width", object.get(old ? "width" : "size"));
        return converted;
    }

    @Test
    void versionsShareNamesAndStorageAndHaveTheirOwnColumns() {
        Kind kind = versioned().convertedBy(KindBuilderTest::convert).build();
        Resource old = kind.resource("example.com", "v1");
        assertThat(kind.resource().version()).isEqualTo("v2");
        assertThat(old.shortNames()).containsExactly("gd");
        assertThat(old.storage().apiVersion()).isEqualTo("example.com/v2");
        assertThat(old.selectableFields()).hasSize(1);
        assertThat(kind.resource().selectableFields()).isEmpty();
        ObjectNode stored = old.stored(Json.parseObject("{\"size\":3}"));
        assertThat(stored).isEqualTo(Json.parse("{\"apiVersion\":\"example.com/v2\",\"width\":3}"));
        assertThat(old.served(stored))
                .isEqualTo(Json.parse("{\"apiVersion\":\"example.com/v1\",\"size\":3}"));
        KindSet kinds = new KindSet(List.of("other"), List.of(kind));
        assertThat(kinds.groups()).containsExactly("example.com");
        assertThat(kinds.versions("example.com")).containsExactly("v2", "v1");
        assertThat(kinds.columns(old)).hasSize(2);
        assertThat(kinds.kind(old)).contains(kind);
    }

    @Test
    void noTwoKindsHaveTheSameName() {
        Kind kind = versioned().convertedBy(KindBuilderTest::convert).build();
        assertThatThrownBy(() -> new KindSet(List.of(), List.of(kind, kind)))
                .hasMessageContaining("gadgets.example.com/v2");
        KindSet one = new KindSet(List.of(), List.of(kind));
        assertThat(one.with(kind).kinds()).hasSize(1);
        assertThat(one.without(kind.resource()).resources()).isEmpty();
    }
}
