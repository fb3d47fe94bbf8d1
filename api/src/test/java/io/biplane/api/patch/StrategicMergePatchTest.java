package io.biplane.api.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.biplane.api.Json;
import io.biplane.api.Reason;
import io.biplane.api.StatusException;
import io.biplane.api.type.ApiType;
import io.biplane.api.type.TypeRegistry;
import io.biplane.api.yaml.Yaml;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.stream.Stream;

class StrategicMergePatchTest {
    /** A claim, a kind, and in YAML: the object, the patch, the result. */
    record Case(String claim, String kind, String object, String patch, String result) {
        @Override
        public String toString() {
            return claim;
        }
    }

    private static Case of(String claim, String kind, String object, String patch, String result) {
        return new Case(claim, kind, object, patch, result);
    }

    static Stream<Case> cases() {
        return Stream.of(
                of(
                        "maps are merged, nulls delete",
                        "Service",
                        "{metadata: {labels: {a: x, b: y}}}",
                        "{metadata: {labels: {a: null, c: z}}}",
                        "{metadata: {labels: {b: y, c: z}}}"),
                of(
                        "a null for what is absent leaves no trace",
                        "Service",
                        "{spec: {type: ClusterIP}}",
                        "{spec: {clusterIP: null, sessionAffinityConfig: {clientIP: null}}}",
                        "{spec: {type: ClusterIP, sessionAffinityConfig: {}}}"),
                of(
                        "lists with a merge key are merged by it",
                        "Service",
                        "{spec: {ports: [{port: 80, targetPort: 1}, {port: 443}]}}",
                        "{spec: {ports: [{port: 443, name: tls}, {port: 53}]}}",
                        "{spec: {ports: [{port: 80, targetPort: 1}, {port: 443, name: tls},"
                                + " {port: 53}]}}"),
                of(
                        "atomic lists are replaced",
                        "Service",
                        "{spec: {externalIPs: [1.1.1.1, 2.2.2.2]}}",
                        "{spec: {externalIPs: [3.3.3.3]}}",
                        "{spec: {externalIPs: [3.3.3.3]}}"),
                of(
                        "lists of scalars with strategy merge are united",
                        "Node",
                        "{spec: {podCIDRs: [10.0.0.0/24]}}",
                        "{spec: {podCIDRs: ['fd00::/64', 10.0.0.0/24]}}",
                        "{spec: {podCIDRs: ['fd00::/64', 10.0.0.0/24]}}"),
                of(
                        "an element is deleted by $patch: delete",
                        "Service",
                        "{spec: {ports: [{port: 80}, {port: 443}]}}",
                        "{spec: {ports: [{port: 80, $patch: delete}]}}",
                        "{spec: {ports: [{port: 443}]}}"),
                of(
                        "a list is replaced by an element $patch: replace",
                        "Service",
                        "{spec: {ports: [{port: 80}, {port: 443}]}}",
                        "{spec: {ports: [{port: 53}, {$patch: replace}]}}",
                        "{spec: {ports: [{port: 53}]}}"),
                of(
                        "a map is replaced by $patch: replace",
                        "Service",
                        "{spec: {selector: {a: x, b: y}}}",
                        "{spec: {selector: {$patch: replace, c: z}}}",
                        "{spec: {selector: {c: z}}}"),
                of(
                        "a map is emptied by $patch: delete",
                        "Service",
                        "{spec: {selector: {a: x, b: y}, type: NodePort}}",
                        "{spec: {selector: {$patch: delete}}}",
                        "{spec: {selector: {}, type: NodePort}}"),
                of(
                        "$retainKeys drops the other fields",
                        "Deployment",
                        "{spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}}}",
                        "{spec: {strategy: {$retainKeys: [type], type: Recreate}}}",
                        "{spec: {strategy: {type: Recreate}}}"),
                of(
                        "$retainKeys works inside merged lists",
                        "Pod",
                        "{spec: {volumes: [{name: v, emptyDir: {}}, {name: w, emptyDir: {}}]}}",
                        "{spec: {volumes: [{name: v, $retainKeys: [name, hostPath],"
                                + " hostPath: {path: /x}}]}}",
                        "{spec: {volumes: [{name: v, hostPath: {path: /x}},"
                                + " {name: w, emptyDir: {}}]}}"),
                of(
                        "$deleteFromPrimitiveList deletes scalars",
                        "Pod",
                        "{metadata: {finalizers: [a, b, c]}}",
                        "{metadata: {$deleteFromPrimitiveList/finalizers: [b, x]}}",
                        "{metadata: {finalizers: [a, c]}}"),
                of(
                        "deleting from a list that is not there does nothing",
                        "Pod",
                        "{metadata: {name: p}}",
                        "{metadata: {$deleteFromPrimitiveList/finalizers: [b]}}",
                        "{metadata: {name: p}}"),
                of(
                        "$setElementOrder puts elements in order",
                        "Service",
                        "{spec: {ports: [{port: 80}, {port: 443}, {port: 53}]}}",
                        "{spec: {$setElementOrder/ports: [{port: 53}, {port: 443}, {port: 80}]}}",
                        "{spec: {ports: [{port: 53}, {port: 443}, {port: 80}]}}"),
                of(
                        "$setElementOrder places additions",
                        "Service",
                        "{spec: {ports: [{port: 80}, {port: 443}]}}",
                        "{spec: {$setElementOrder/ports: [{port: 80}, {port: 8080}, {port: 443}],"
                                + " ports: [{port: 8080}]}}",
                        "{spec: {ports: [{port: 80}, {port: 8080}, {port: 443}]}}"),
                of(
                        "what only the server has keeps its place before what follows it",
                        "Pod",
                        "{spec: {containers: [{name: injected}, {name: a}, {name: b}]}}",
                        "{spec: {$setElementOrder/containers: [{name: b}, {name: a}],"
                                + " containers: [{name: a, image: i}]}}",
                        "{spec: {containers: [{name: injected}, {name: b}, {name: a, image: i}]}}"),
                of(
                        "$setElementOrder orders scalars, deletions included",
                        "Pod",
                        "{metadata: {finalizers: [a, b, c]}}",
                        "{metadata: {$setElementOrder/finalizers: [d, c, a], finalizers: [d],"
                                + " $deleteFromPrimitiveList/finalizers: [b]}}",
                        "{metadata: {finalizers: [d, c, a]}}"),
                of(
                        "an element is deleted and the rest ordered, as kubectl apply sends it",
                        "Deployment",
                        "{spec: {template: {spec: {containers: [{name: a}, {name: b},"
                                + " {name: c}]}}}}",
                        "{spec: {template: {spec: {$setElementOrder/containers: [{name: c},"
                                + " {name: a}], containers: [{name: b, $patch: delete},"
                                + " {name: c, image: i}]}}}}",
                        "{spec: {template: {spec: {containers: [{name: c, image: i},"
                                + " {name: a}]}}}}"),
                of(
                        "merges go through merged elements; without an order, additions come first",
                        "Pod",
                        "{spec: {containers: [{name: a, env: [{name: X, value: '1'}],"
                                + " args: [p]}]}}",
                        "{spec: {containers: [{name: a, env: [{name: Y, value: '2'}],"
                                + " args: [q]}]}}",
                        "{spec: {containers: [{name: a, env: [{name: Y, value: '2'},"
                                + " {name: X, value: '1'}], args: [q]}]}}"),
                of(
                        "directives never become data",
                        "Pod",
                        "{metadata: {name: p}}",
                        "{spec: {$setElementOrder/containers: [{name: a}], containers: [{name: a,"
                                + " $retainKeys: [name]}, {name: b, $patch: delete}],"
                                + " nodeSelector: {$patch: replace, x: y}}}",
                        "{metadata: {name: p}, spec: {containers: [{name: a}],"
                                + " nodeSelector: {x: y}}}"),
                of(
                        "a value of another JSON type replaces",
                        "Service",
                        "{spec: {ports: [{port: 80, targetPort: web}]}}",
                        "{spec: {ports: [{port: 80, targetPort: 9376}]}}",
                        "{spec: {ports: [{port: 80, targetPort: 9376}]}}"),
                of(
                        "fields that no type has are merged as maps and replaced as lists",
                        "Service",
                        "{spec: {frob: {a: [1, 2], b: 1}}}",
                        "{spec: {frob: {a: [3]}}}",
                        "{spec: {frob: {a: [3], b: 1}}}"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void patchGivesTheResult(Case c) {
        ObjectNode object = (ObjectNode) Yaml.read(c.object);
        ObjectNode patch = (ObjectNode) Yaml.read(c.patch);
        ObjectNode result = StrategicMergePatch.apply(object, patch, type(c.kind));
        assertThat(Json.text(result)).isEqualTo(Json.text(sorted(result, Yaml.read(c.result))));
        assertThat(object).as("the object is untouched").isEqualTo(Yaml.read(c.object));
        assertThat(patch).as("the patch is untouched").isEqualTo(Yaml.read(c.patch));
    }

    /** Field order is no part of the claim: the expected tree, if it equals the result. */
    private static JsonNode sorted(JsonNode result, JsonNode expected) {
        return JsonEquality.same(result, expected) ? result : expected;
    }

    static Stream<Case> faults() {
        return Stream.of(
                of(
                        "an element without its merge key",
                        "Service",
                        "{spec: {ports: [{port: 80}]}}",
                        "{spec: {ports: [{name: x}]}}",
                        "error decoding patch: map: {\"name\":\"x\"} does not contain declared"
                                + " merge key: port"),
                of(
                        "an unknown directive",
                        "Service",
                        "{}",
                        "{$patch: frob}",
                        "error decoding patch: Unknown patch type found: \"frob\""),
                of(
                        "$retainKeys that misses a field",
                        "Deployment",
                        "{spec: {strategy: {type: Recreate}}}",
                        "{spec: {strategy: {$retainKeys: [type], rollingUpdate: {}}}}",
                        "error decoding patch: $retainKeys must name all fields of its patch, it"
                                + " misses rollingUpdate"),
                of(
                        "an order that is no list",
                        "Service",
                        "{}",
                        "{spec: {$setElementOrder/ports: 1}}",
                        "error decoding patch: $setElementOrder/ports must be a list"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void malformedPatchesAreRefused(Case c) {
        ObjectNode object = (ObjectNode) Yaml.read(c.object);
        // Directives inside of what is new are dropped, so the object must have the field.
        object.withObject("/spec");
        StatusException e =
                catchThrowableOfType(
                        StatusException.class,
                        () -> StrategicMergePatch.apply(object, Yaml.read(c.patch), type(c.kind)));
        assertThat(e).hasMessage(c.result);
        assertThat(e.reason()).isEqualTo(Reason.BAD_REQUEST);
    }

    @Test
    void aPatchMustBeAnObject() {
        assertThat(
                        catchThrowableOfType(
                                StatusException.class,
                                () ->
                                        StrategicMergePatch.apply(
                                                Json.object(), Json.array(), type("Pod"))))
                .isNotNull();
    }

    private static ApiType type(String kind) {
        String version = kind.equals("Deployment") ? "apps/v1" : "v1";
        return TypeRegistry.get().ofKind(version, kind).orElseThrow();
    }
}
