package io.biplane.apiserver.discovery;

import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.Subresource;
import io.biplane.api.registry.KindSet;
import io.biplane.apiserver.exchange.Request;
import io.biplane.apiserver.exchange.Response;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Discovery in one document ({@code apidiscovery.k8s.io}), for clients that ask for it in their
 * {@code Accept} header.
 */
final class AggregatedDiscovery {
    private static final String GROUP = "apidiscovery.k8s.io";
    private static final List<String> VERSIONS = List.of("v2", "v2beta1");

    private AggregatedDiscovery() {}

    static boolean isAskedFor(Request request) {
        return version(request).isPresent();
    }

    /** The first version in the header that is written here. */
    private static Optional<String> version(Request request) {
        for (String clause : request.header("accept").split(",", -1)) {
            boolean json = clause.strip().startsWith("application/json");
            if (json
                    && clause.contains("as=APIGroupDiscoveryList")
                    && clause.contains("g=" + GROUP)) {
                Optional<String> version =
                        VERSIONS.stream()
                                .filter(v -> clause.matches(".*;\\s*v=" + v + "\\s*(;.*)?"))
                                .findFirst();
                if (version.isPresent()) {
                    return version;
                }
            } else if (json && !clause.contains("as=")) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    static Response answer(Request request, KindSet kinds, List<String> groups) {
        String version = version(request).orElseThrow();
        ObjectNode list =
                Json.object()
                        .put("kind", "APIGroupDiscoveryList")
                        .put("apiVersion", GROUP + "/" + version);
        list.putObject("metadata");
        ArrayNode items = list.putArray("items");
        groups.forEach(g -> items.add(group(kinds, g)));
        String type =
                "application/json;g=%s;v=%s;as=APIGroupDiscoveryList".formatted(GROUP, version);
        return new Response.Full(
                200,
                Map.of("Content-Type", List.of(type), "Vary", List.of("Accept")),
                Json.bytes(list));
    }

    private static ObjectNode group(KindSet kinds, String group) {
        ObjectNode object = Json.object();
        ObjectNode metadata = object.putObject("metadata");
        if (!group.isEmpty()) {
            metadata.put("name", group);
        }
        metadata.putNull("creationTimestamp");
        ArrayNode versions = object.putArray("versions");
        for (String name : kinds.versions(group)) {
            ObjectNode version = versions.addObject().put("version", name);
            ArrayNode resources = version.putArray("resources");
            kinds.resources(group, name).forEach(r -> resources.add(resource(r)));
            version.put("freshness", "Current");
        }
        return object;
    }

    private static ObjectNode resource(Resource resource) {
        ObjectNode object = Json.object().put("resource", resource.plural());
        object.set("responseKind", kind(resource.group(), resource.version(), resource.kind()));
        object.put("scope", resource.namespaced() ? "Namespaced" : "Cluster");
        object.put("singularResource", resource.singular());
        Discovery.strings(object, "verbs", resource.verbs());
        Discovery.strings(object, "shortNames", resource.shortNames());
        Discovery.strings(object, "categories", resource.categories());
        if (!resource.subresources().isEmpty()) {
            ArrayNode parts = object.putArray("subresources");
            resource.subresources().forEach(p -> parts.add(subresource(resource, p)));
        }
        return object;
    }

    private static ObjectNode subresource(Resource resource, Subresource part) {
        ObjectNode object = Json.object().put("subresource", part.name());
        boolean own = part.group().isEmpty() && part.version().isEmpty();
        object.set(
                "responseKind",
                kind(
                        own ? resource.group() : part.group(),
                        own ? resource.version() : part.version(),
                        part.kind()));
        Discovery.strings(object, "verbs", part.verbs());
        return object;
    }

    private static ObjectNode kind(String group, String version, String kind) {
        return Json.object().put("group", group).put("version", version).put("kind", kind);
    }
}
