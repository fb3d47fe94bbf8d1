package io.biplane.apiserver.discovery;

import io.biplane.api.StatusException;
import io.biplane.api.openapi.OpenApi;
import io.biplane.api.registry.KindRegistry;
import io.biplane.apiserver.exchange.Request;
import io.biplane.apiserver.exchange.Response;

import java.util.List;
import java.util.Map;

/** {@code /openapi/v2} and {@code /openapi/v3}: documents that are made on first request. */
public final class OpenApiDocuments {
    private static final String JSON = "application/json";

    private final OpenApi documents;

    public OpenApiDocuments(KindRegistry kinds) {
        this.documents = new OpenApi(kinds);
    }

    public Response handle(Request request, List<String> segments) {
        String version = segments.size() > 1 ? segments.get(1) : "";
        return switch (version) {
            case "v2" -> second(request);
            case "v3" -> third(String.join("/", segments.subList(2, segments.size())));
            default -> throw StatusException.noSuchPath();
        };
    }

    private Response second(Request request) {
        // kubectl up to some 1.2x takes nothing but this form.
        return request.header("accept").contains("proto-openapi.spec.v2")
                ? cached(OpenApi.PROTOBUF_TYPE, documents.v2Protobuf())
                : cached(JSON, documents.v2Json());
    }

    private Response third(String path) {
        if (path.isEmpty()) {
            return cached(JSON, documents.v3Index());
        }
        OpenApi.Document document = documents.v3(path).orElseThrow(StatusException::noSuchPath);
        return new Response.Full(
                200,
                Map.of(
                        "Content-Type", List.of(JSON),
                        "Etag", List.of('"' + document.hash() + '"'),
                        "Cache-Control", List.of("public, max-age=31536000, immutable")),
                document.json());
    }

    private static Response cached(String type, byte[] body) {
        return new Response.Full(
                200, Map.of("Content-Type", List.of(type), "Vary", List.of("Accept")), body);
    }
}
