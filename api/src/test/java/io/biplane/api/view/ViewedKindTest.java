package io.biplane.api.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.api.Json;
import io.biplane.api.kind.Kinds;
import io.biplane.api.registry.Kind;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import tools.jackson.databind.node.ObjectNode;

import java.util.Collection;
import java.util.List;

/** There is one view for each kind. */
class ViewedKindTest {
    private static final List<ViewedKind<?>> WITH_A_VIEW_OF_THEIR_OWN =
            List.of(
                    ViewedKind.ENDPOINT_SLICES,
                    ViewedKind.NODES,
                    ViewedKind.PODS,
                    ViewedKind.SERVICES,
                    ViewedKind.SERVICE_CIDRS);

    static Collection<Kind> kinds() {
        return Kinds.BUILT_IN.kinds();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyKindIsReadByOneViewWhoeverAsks(Kind kind) {
        ViewedKind<?> viewed = ViewedKind.of(kind.resource());
        assertThat(viewed).isEqualTo(ViewedKind.of(kind.resource()));
        ObjectNode object =
                Json.parseObject(
                        "{\"metadata\":{\"name\":\"a\",\"uid\":\"u\"},\"addressType\":\"IPv6\"}");
        Viewed view = viewed.view().apply(object);
        assertThat(view.json()).isSameAs(object);
        assertThat(view.meta().uid()).isEqualTo("u");
        if (WITH_A_VIEW_OF_THEIR_OWN.contains(viewed)) {
            assertThat(view).isNotInstanceOf(ObjectView.class);
            assertThatThrownBy(() -> ViewedKind.plain(kind.resource()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(kind.resource().plural());
        } else {
            assertThat(viewed).isEqualTo(ViewedKind.plain(kind.resource()));
        }
    }
}
