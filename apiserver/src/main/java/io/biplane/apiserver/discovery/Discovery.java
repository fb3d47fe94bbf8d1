package io.biplane.apiserver.discovery;

import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.Subresource;
import io.biplane.api.registry.KindRegistry;
import io.biplane.api.registry.KindSet;
import io.biplane.apiserver.call.Answers;
import io.biplane.apiserver.exchange.Request;
import io.biplane.apiserver.exchange.Response;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/** Discovery documents. */
public final class Discovery {
    private final KindRegistry registry;

    public Discovery(KindRegistry registry) {
        this.registry = registry;
    }

    /** {@code /}: the paths that there are. */
    public ObjectNode paths() {
        ObjectNode root = Json.object();
        ArrayNode paths = root.putArray("paths");
        List.of("/api", "/api/v1", "/apis").forEach(paths::add);
        KindSet kinds = registry.current();
        for (String group : named(kinds)) {
            paths.add("/apis/" + group);
            kinds.versions(group).forEach(v -> paths.add("/apis/" + group + "/" + v));
        }
        List.of(
                        "/healthz",
                        "/livez",
                        "/metrics",
                        "/openapi/v2",
                        "/openapi/v3",
                        "/readyz",
                        "/version")
                .forEach(paths::add);
        return root;
    }

    /** {@code /api}. */
    public Response core(Request request) {
        if (AggregatedDiscovery.isAskedFor(request)) {
            return AggregatedDiscovery.answer(request, registry.current(), List.of(""));
        }
        ObjectNode versions = Json.object().put("kind", "APIVersions");
        ArrayNode core = versions.putArray("versions");
        registry.current().versions("").forEach(core::add);
        versions.putArray("serverAddressByClientCIDRs")
                .addObject()
                .put("clientCIDR", "0.0.0.0/0")
                .put("serverAddress", request.header("host"));
        return json(versions);
    }

    /** {@code /apis}. */
    public Response groups(Request request) {
        KindSet kinds = registry.current();
        if (AggregatedDiscovery.isAskedFor(request)) {
            return AggregatedDiscovery.answer(request, kinds, named(kinds));
        }
        ObjectNode list = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode groups = list.putArray("groups");
        named(kinds).forEach(g -> groups.add(groupObject(kinds, g)));
        return json(list);
    }

    /** {@code /apis/<group>}. */
    public Response group(String group) {
        KindSet kinds = registry.current();
        if (!named(kinds).contains(group)) {
            throw StatusException.noSuchPath();
        }
        ObjectNode object = Json.object().put("kind", "APIGroup").put("apiVersion", "v1");
        object.setAll(groupObject(kinds, group));
        return json(object);
    }

    /** {@code /api/v1} or {@code /apis/<group>/<version>}. */
    public Response resources(String group, String version) {
        ObjectNode list =
                Json.object()
                        .put("kind", "APIResourceList")
                        .put("apiVersion", "v1")
                        .put("groupVersion", group.isEmpty() ? version : group + "/" + version);
        ArrayNode resources = list.putArray("resources");
        for (Resource resource : registry.current().resources(group, version)) {
            resources.add(entry(resource));
            for (Subresource part : resource.subresources()) {
                resources.add(entry(resource, part));
            }
        }
        return json(list);
    }

    private static List<String> named(KindSet kinds) {
        return kinds.groups().stream().filter(group -> !group.isEmpty()).toList();
    }

    private static ObjectNode groupObject(KindSet kinds, String group) {
        List<String> versions = kinds.versions(group);
        ObjectNode object = Json.object().put("name", group);
        ArrayNode list = object.putArray("versions");
        versions.forEach(version -> list.add(groupVersion(group, version)));
        object.set("preferredVersion", groupVersion(group, versions.getFirst()));
        return object;
    }

    private static ObjectNode groupVersion(String group, String version) {
        return Json.object().put("groupVersion", group + "/" + version).put("version", version);
    }

    private static ObjectNode entry(Resource resource) {
        ObjectNode entry =
                Json.object()
                        .put("name", resource.plural())
                        .put("singularName", resource.singular())
                        .put("namespaced", resource.namespaced())
                        .put("kind", resource.kind());
        strings(entry, "verbs", resource.verbs());
        strings(entry, "shortNames", resource.shortNames());
        strings(entry, "categories", resource.categories());
        return entry;
    }

    private static ObjectNode entry(Resource resource, Subresource part) {
        ObjectNode entry =
                Json.object()
                        .put("name", resource.plural() + "/" + part.name())
                        .put("singularName", "")
                        .put("namespaced", resource.namespaced());
        if (!part.group().isEmpty()) {
            entry.put("group", part.group()).put("version", part.version());
        }
        entry.put("kind", part.kind());
        strings(entry, "verbs", part.verbs());
        return entry;
    }

    static void strings(ObjectNode object, String field, List<String> values) {
        if (!values.isEmpty()) {
            ArrayNode array = object.putArray(field);
            values.forEach(array::add);
        }
    }

    private static Response json(ObjectNode document) {
        return Answers.json(Answers.OK, Json.bytes(document), List.of());
    }
}
