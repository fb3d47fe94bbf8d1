package io.biplane.api.type;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Resource;
import io.biplane.api.Subresource;
import io.biplane.api.kind.Kinds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

class TypeRegistryTest {
    private final TypeRegistry registry = TypeRegistry.get();

    @Test
    void everyServedKindHasItsType() {
        List<String> missing = new ArrayList<>();
        for (Resource resource : Kinds.BUILT_IN.resources()) {
            if (registry.ofKind(resource.apiVersion(), resource.kind()).isEmpty()) {
                missing.add(resource.toString());
            }
            for (Subresource sub : resource.subresources()) {
                String version =
                        sub.version().isEmpty()
                                ? resource.apiVersion()
                                : sub.group() + "/" + sub.version();
                if (registry.ofKind(version, sub.kind()).isEmpty()) {
                    missing.add(resource + "/" + sub.name());
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void everyReferenceLeadsToAType() {
        for (ApiType type : registry.all()) {
            for (ApiField field : type.fields()) {
                ValueType value = field.type();
                while (!(value instanceof ValueType.Scalar)) {
                    value =
                            switch (value) {
                                case ValueType.ListOf list -> list.element();
                                case ValueType.MapOf map -> map.value();
                                case ValueType.Ref ref -> {
                                    assertThat(registry.type(ref)).isNotNull();
                                    yield ValueType.Scalar.OBJECT;
                                }
                                case ValueType.Scalar scalar -> scalar;
                            };
                }
            }
        }
    }

    @Test
    void fieldsCarryTypeNumberAndMergeRule() {
        ApiType spec = registry.type("io.k8s.api.core.v1.ServiceSpec");
        assertThat(spec.field("ports"))
                .isEqualTo(
                        new ApiField(
                                "ports",
                                new ValueType.ListOf(
                                        new ValueType.Ref("io.k8s.api.core.v1.ServicePort")),
                                List.of(1),
                                false,
                                Presence.UNLESS_EMPTY,
                                new MergeRule(
                                        true, false, "port", "map", List.of("port", "protocol"))));
        ApiType ephemeral = registry.type("io.k8s.api.core.v1.EphemeralContainer");
        assertThat(field(ephemeral, "image").numbers()).containsExactly(1, 2);
        ApiType strategy = registry.type("io.k8s.api.apps.v1.DeploymentSpec");
        assertThat(field(strategy, "strategy").rule().retainKeys()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "apps.v1.DeploymentSpec,replicas,IF_GIVEN",
        "apps.v1.DeploymentSpec,minReadySeconds,UNLESS_EMPTY",
        "apps.v1.DeploymentSpec,strategy,ALWAYS",
        "apps.v1.DeploymentSpec,selector,IF_GIVEN",
        "core.v1.PodSpec,hostNetwork,UNLESS_EMPTY",
        "core.v1.PodSpec,tolerations,UNLESS_EMPTY",
        "core.v1.PodSpec,nodeSelector,UNLESS_EMPTY",
        "core.v1.PodSpec,securityContext,IF_GIVEN",
        "core.v1.PodSpec,containers,ALWAYS",
        "core.v1.Container,resources,ALWAYS",
        "core.v1.Container,name,ALWAYS",
        "core.v1.EphemeralContainer,resources,ALWAYS",
        "core.v1.Volume,emptyDir,IF_GIVEN",
        "core.v1.ServicePort,targetPort,ALWAYS",
        "core.v1.ServicePort,appProtocol,IF_GIVEN",
        "core.v1.ServiceSpec,clusterIP,UNLESS_EMPTY",
        "core.v1.ServiceSpec,ipFamilyPolicy,IF_GIVEN",
        "core.v1.ServiceSpec,ipFamily,IF_GIVEN",
        "core.v1.Event,reportingComponent,ALWAYS",
        "networking.v1.ParentReference,resource,UNLESS_EMPTY",
        "core.v1.PodCondition,lastProbeTime,IF_GIVEN"
    })
    void aFieldIsThereWhenUpstreamsStructsHaveIt(String type, String field, Presence presence) {
        assertThat(field(registry.type("io.k8s.api." + type), field).presence())
                .isEqualTo(presence);
    }

    @Test
    void theOlderFieldIpFamilyIsThereWithItsNumberOfThen() {
        ApiType spec = registry.type("io.k8s.api.core.v1.ServiceSpec");
        ApiField field = field(spec, "ipFamily");
        assertThat(field.type()).isEqualTo(ValueType.Scalar.STRING);
        assertThat(field.numbers()).containsExactly(15);
        assertThat(Descriptions.get().of(spec, field)).contains("first service range");
    }

    @Test
    void everyTypeAndFieldOfAKindIsDescribed() {
        List<String> silent = new ArrayList<>();
        for (ApiType type : registry.all()) {
            for (ApiField field : type.fields()) {
                if (Descriptions.get().of(type, field).isEmpty()) {
                    silent.add(type.name() + "." + field.name());
                }
            }
        }
        // Upstream says nothing of this one either.
        assertThat(silent).containsExactly("io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent.type");
    }

    private static ApiField field(ApiType type, String name) {
        return Objects.requireNonNull(type.field(name), name);
    }
}
