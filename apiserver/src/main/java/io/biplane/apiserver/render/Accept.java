package io.biplane.apiserver.render;

import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.registry.KindSet;
import io.biplane.api.table.Tables.IncludeObject;
import io.biplane.api.yaml.Yaml;
import io.biplane.apiserver.exchange.Request;
import io.biplane.apiserver.exchange.Response;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the client takes: the first form in its list that is written here.
 *
 * @param yaml whether whole answers are to be YAML; streams stay JSON
 */
public record Accept(Rendering rendering, boolean yaml) {
    private static final Rendering PLAIN = new PlainRendering();
    private static final List<String> WRITTEN = List.of("application/json", "application/yaml");

    /**
     * @param kinds have the columns of tables
     * @throws StatusException (406) if nothing in the list is written here
     */
    public static Accept parse(Request request, KindSet kinds) {
        String header = request.header("accept");
        if (header.isEmpty()) {
            return new Accept(PLAIN, false);
        }
        for (String clause : header.split(",", -1)) {
            String[] parts = clause.strip().toLowerCase(Locale.ROOT).split("\\s*;\\s*", -1);
            boolean yaml = parts[0].equals("application/yaml");
            boolean json =
                    parts[0].equals("application/json")
                            || parts[0].equals("*/*")
                            || parts[0].equals("application/*");
            if (!json && !yaml) {
                continue;
            }
            Rendering rendering = rendering(request, kinds, parameters(parts));
            if (rendering != null) {
                return new Accept(rendering, yaml);
            }
        }
        throw StatusException.notAcceptable(WRITTEN);
    }

    private static Map<String, String> parameters(String[] parts) {
        Map<String, String> parameters = new HashMap<>();
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            if (equals > 0) {
                parameters.put(parts[i].substring(0, equals), parts[i].substring(equals + 1));
            }
        }
        return parameters;
    }

    private static @Nullable Rendering rendering(
            Request request, KindSet kinds, Map<String, String> parameters) {
        String as = parameters.getOrDefault("as", "");
        if (as.isEmpty()) {
            return PLAIN;
        }
        String version = parameters.getOrDefault("v", "v1");
        boolean known =
                parameters.getOrDefault("g", "meta.k8s.io").equals("meta.k8s.io")
                        && (version.equals("v1") || version.equals("v1beta1"));
        if (!known) {
            return null;
        }
        String apiVersion = "meta.k8s.io/" + version;
        return switch (as) {
            case "partialobjectmetadata", "partialobjectmetadatalist" ->
                    new MetadataRendering(apiVersion);
            case "table" ->
                    new TableRendering(
                            apiVersion,
                            kinds,
                            IncludeObject.parse(request.query().text("includeObject")));
            default -> null;
        };
    }

    /** Turns a whole answer into YAML, if that was asked for. */
    public Response finish(Response response) {
        if (!yaml || !(response instanceof Response.Full full)) {
            return response;
        }
        Map<String, List<String>> headers = new HashMap<>(full.headers());
        headers.put("Content-Type", List.of("application/yaml"));
        byte[] body = Yaml.write(Json.parse(full.body())).getBytes(StandardCharsets.UTF_8);
        return new Response.Full(full.code(), headers, body);
    }
}
