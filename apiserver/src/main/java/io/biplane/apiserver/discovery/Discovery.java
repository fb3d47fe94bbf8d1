package io.biplane.apiserver.discovery;

import io.biplane.api.Json;
import io.biplane.api.Kinds;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.Subresource;
import io.biplane.apiserver.Request;
import io.biplane.apiserver.Response;
import io.biplane.apiserver.call.Answers;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/** Discovery documents. */
public final class Discovery {
    /** {@code /}: the paths that there are. */
    public ObjectNode paths() {
        ObjectNode root = Json.object();
        ArrayNode paths = root.putArray("paths");
        List.of("/api", "/api/v1", "/apis").forEach(paths::add);
        for (String group : groups()) {
            if (!group.isEmpty()) {
                paths.add("/apis/" + group).add("/apis/" + group + "/" + version(group));
            }
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
            return AggregatedDiscovery.answer(request, List.of(""));
        }
        ObjectNode versions = Json.object().put("kind", "APIVersions");
        versions.putArray("versions").add("v1");
        versions.putArray("serverAddressByClientCIDRs")
                .addObject()
                .put("clientCIDR", "0.0.0.0/0")
                .put("serverAddress", request.header("host"));
        return json(versions);
    }

    /** {@code /apis}. */
    public Response groups(Request request) {
        List<String> named = groups().stream().filter(g -> !g.isEmpty()).toList();
        if (AggregatedDiscovery.isAskedFor(request)) {
            return AggregatedDiscovery.answer(request, named);
        }
        ObjectNode list = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode groups = list.putArray("groups");
        named.forEach(g -> groups.add(groupObject(g)));
        return json(list);
    }

    /** {@code /apis/<group>}. */
    public Response group(String group) {
        if (group.isEmpty() || !groups().contains(group)) {
            throw StatusException.noSuchPath();
        }
        ObjectNode object = Json.object().put("kind", "APIGroup").put("apiVersion", "v1");
        object.setAll(groupObject(group));
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
        for (Resource resource : ofGroup(group)) {
            resources.add(entry(resource));
            for (Subresource part : resource.subresources()) {
                resources.add(entry(resource, part));
            }
        }
        return json(list);
    }

    static List<String> groups() {
        return Kinds.all().stream().map(Resource::group).distinct().toList();
    }

    static List<Resource> ofGroup(String group) {
        return Kinds.all().stream().filter(r -> r.group().equals(group)).toList();
    }

    static String version(String group) {
        return ofGroup(group).getFirst().version();
    }

    private static ObjectNode groupObject(String group) {
        String version = version(group);
        ObjectNode object = Json.object().put("name", group);
        object.putArray("versions").add(groupVersion(group, version));
        object.set("preferredVersion", groupVersion(group, version));
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
