package io.biplane.api.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.kind.Kinds;
import io.biplane.api.registry.KindRegistry;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

class OpenApiTest {
    private static final OpenApi DOCUMENTS = new OpenApi(new KindRegistry(Kinds.BUILT_IN));
    private final JsonNode v2 = Json.parse(DOCUMENTS.v2Json());

    @Test
    void everyReferenceLeadsToASchemaOfTheSameDocument() {
        assertThat(dangling(v2, v2)).isEmpty();
        for (String path : v3Paths()) {
            JsonNode document = v3(path);
            assertThat(dangling(document, document)).as(path).isEmpty();
        }
    }

    private static List<String> dangling(JsonNode node, JsonNode document) {
        List<String> found = new ArrayList<>();
        String ref = Fields.string(node, "$ref");
        if (!ref.isEmpty() && document.at(ref.substring(1)).isMissingNode()) {
            found.add(ref);
        }
        node.forEach(child -> found.addAll(dangling(child, document)));
        return found;
    }

    @Test
    void fieldsCarryTypeDescriptionAndMergeRules() {
        JsonNode ports = v2.at("/definitions/io.k8s.api.core.v1.ServiceSpec/properties/ports");
        assertThat(Fields.string(ports, "description")).startsWith("The list of ports");
        assertThat(Fields.string(ports, "type")).isEqualTo("array");
        assertThat(Fields.string(ports, "items", "$ref"))
                .isEqualTo("#/definitions/io.k8s.api.core.v1.ServicePort");
        assertThat(Fields.string(ports, "x-kubernetes-patch-merge-key")).isEqualTo("port");
        assertThat(Fields.string(ports, "x-kubernetes-patch-strategy")).isEqualTo("merge");
        assertThat(Fields.string(ports, "x-kubernetes-list-type")).isEqualTo("map");
        assertThat(ports.path("x-kubernetes-list-map-keys"))
                .isEqualTo(Json.parse("[\"port\",\"protocol\"]"));
        JsonNode volumes = v2.at("/definitions/io.k8s.api.core.v1.PodSpec/properties/volumes");
        assertThat(Fields.string(volumes, "x-kubernetes-patch-strategy"))
                .isEqualTo("merge,retainKeys");
        assertThat(v2.at("/definitions/io.k8s.api.core.v1.ServicePort/required"))
                .isEqualTo(Json.parse("[\"port\"]"));
        assertThat(
                        v2.at("/definitions/io.k8s.api.apps.v1.Deployment")
                                .path("x-kubernetes-group-version-kind"))
                .isEqualTo(
                        Json.parse(
                                "[{\"group\":\"apps\",\"kind\":\"Deployment\",\"version\":\"v1\"}]"));
    }

    @Test
    void kubectlFindsThatServersValidateFieldsAndTakeStrategicPatches() {
        for (Resource resource : Kinds.BUILT_IN.resources()) {
            String path = resource.path("{namespace}", "{name}");
            JsonNode patch =
                    v3(resource.versionPath().substring(1)).path("paths").path(path).path("patch");
            assertThat(names(patch.path("parameters")))
                    .as(path)
                    .contains("dryRun", "fieldValidation", "fieldManager");
            assertThat(Fields.at(patch, "requestBody", "content").propertyNames())
                    .contains("application/strategic-merge-patch+json");
            JsonNode gvk = patch.path("x-kubernetes-group-version-kind");
            assertThat(Fields.string(gvk, "kind")).isEqualTo(resource.kind());
            assertThat(names(v2.path("paths").path(path).path("patch").path("parameters")))
                    .as(path)
                    .contains("body", "dryRun", "fieldValidation");
        }
    }

    private static List<String> names(JsonNode parameters) {
        return parameters.valueStream().map(p -> Fields.string(p, "name")).toList();
    }

    @Test
    void theIndexNamesEveryDocumentByItsHash() {
        assertThat(v3Paths())
                .containsExactlyInAnyOrderElementsOf(
                        Kinds.BUILT_IN.resources().stream()
                                .map(resource -> resource.versionPath().substring(1))
                                .distinct()
                                .toList())
                .contains("api/v1", "apis/networking.k8s.io/v1");
        JsonNode index = Json.parse(DOCUMENTS.v3Index());
        assertThat(Fields.string(index, "paths", "api/v1", "serverRelativeURL"))
                .isEqualTo(
                        "/openapi/v3/api/v1?hash=" + DOCUMENTS.v3("api/v1").orElseThrow().hash());
        assertThat(DOCUMENTS.v3("api/v2")).isEmpty();
    }

    @Test
    void operationIdsAreUnique() {
        List<String> ids = new ArrayList<>();
        for (JsonNode path : v2.path("paths")) {
            for (JsonNode operation : path) {
                String id = Fields.string(operation, "operationId");
                if (!id.isEmpty()) {
                    ids.add(id);
                }
            }
        }
        assertThat(ids).doesNotHaveDuplicates().contains("createCoreV1NamespacedPod");
    }

    @Test
    void theProtobufFormHasEveryPathAndDefinition() {
        Message document = new Message(ByteBuffer.wrap(DOCUMENTS.v2Protobuf()));
        assertThat(document.text(1)).isEqualTo("2.0");
        assertThat(pairs(document.message(8), 2))
                .isEqualTo(new TreeSet<>(v2.path("paths").propertyNames()));
        assertThat(pairs(document.message(9), 1))
                .isEqualTo(new TreeSet<>(v2.path("definitions").propertyNames()));
        Message service =
                document.message(9).messages(1).stream()
                        .filter(d -> d.text(1).equals("io.k8s.api.core.v1.Service"))
                        .findFirst()
                        .orElseThrow()
                        .message(2);
        assertThat(service.message(22).text(1)).isEqualTo("object");
        assertThat(pairs(service.message(25), 1))
                .containsExactly("apiVersion", "kind", "metadata", "spec", "status");
        Message extension = service.message(31);
        assertThat(extension.text(1)).isEqualTo("x-kubernetes-group-version-kind");
        assertThat(Json.parse(extension.message(2).text(2)))
                .isEqualTo(
                        Json.parse("[{\"group\":\"\",\"kind\":\"Service\",\"version\":\"v1\"}]"));
    }

    private static Set<String> pairs(Message map, int field) {
        Set<String> names = new TreeSet<>();
        map.messages(field).forEach(pair -> names.add(pair.text(1)));
        return names;
    }

    private static List<String> v3Paths() {
        return List.copyOf(Json.parse(DOCUMENTS.v3Index()).path("paths").propertyNames());
    }

    private static JsonNode v3(String path) {
        return Json.parse(DOCUMENTS.v3(path).orElseThrow().json());
    }

    /** A protobuf message, read without knowing its type. */
    private record Message(ByteBuffer content) {
        Message message(int field) {
            return messages(field).getFirst();
        }

        String text(int field) {
            return StandardCharsets.UTF_8.decode(message(field).content.duplicate()).toString();
        }

        List<Message> messages(int wanted) {
            List<Message> found = new ArrayList<>();
            ByteBuffer in = content.duplicate();
            while (in.hasRemaining()) {
                int tag = varint(in);
                int value = varint(in);
                if ((tag & 7) == 2) {
                    if (tag >>> 3 == wanted) {
                        found.add(new Message(in.slice(in.position(), value)));
                    }
                    in.position(in.position() + value);
                }
            }
            return found;
        }

        private static int varint(ByteBuffer in) {
            int value = 0;
            for (int shift = 0; ; shift += 7) {
                byte next = in.get();
                value |= (next & 0x7f) << shift;
                if (next >= 0) {
                    return value;
                }
            }
        }
    }
}
