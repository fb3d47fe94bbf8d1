package io.biplane.client.testing;

import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A request's path and query, taken apart; "" is absent. */
record Target(
        Resource resource,
        String namespace,
        String name,
        String subresource,
        Map<String, String> queries) {

    static Target parse(String target) {
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        List<String> steps = List.of(path.substring(1).split("/"));
        int at = steps.get(0).equals("api") ? 1 : 2;
        String group = at == 1 ? "" : steps.get(1);
        String version = steps.get(at);
        String namespace = "";
        // A namespace's own path has no further collection behind its name.
        if (steps.get(at + 1).equals("namespaces")
                && steps.size() > at + 3
                && !List.of("finalize", "status").contains(steps.get(at + 3))) {
            namespace = steps.get(at + 2);
            at += 2;
        }
        Resource resource =
                Kinds.BUILT_IN
                        .find(group, version, steps.get(at + 1))
                        .orElseThrow(StatusException::noSuchPath);
        return new Target(
                resource,
                namespace,
                steps.size() > at + 2 ? steps.get(at + 2) : "",
                steps.size() > at + 3 ? steps.get(at + 3) : "",
                queries(mark < 0 ? "" : target.substring(mark + 1)));
    }

    String query(String key) {
        return queries.getOrDefault(key, "");
    }

    private static Map<String, String> queries(String query) {
        Map<String, String> queries = new HashMap<>();
        for (String pair : query.isEmpty() ? new String[0] : query.split("&")) {
            int equals = pair.indexOf('=');
            queries.put(
                    pair.substring(0, equals),
                    URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return queries;
    }
}
