package io.biplane.apiserver.route;

import static java.lang.System.Logger.Level.ERROR;

import io.biplane.api.Json;
import io.biplane.api.Reason;
import io.biplane.api.StatusException;
import io.biplane.api.registry.KindRegistry;
import io.biplane.api.registry.KindSet;
import io.biplane.apiserver.call.Answers;
import io.biplane.apiserver.call.Call;
import io.biplane.apiserver.discovery.Discovery;
import io.biplane.apiserver.discovery.OpenApiDocuments;
import io.biplane.apiserver.exchange.ApiHandler;
import io.biplane.apiserver.exchange.Request;
import io.biplane.apiserver.exchange.Response;
import io.biplane.apiserver.registry.Registry;
import io.biplane.apiserver.render.Accept;
import io.biplane.store.StoreClosedException;
import io.biplane.store.WriteRefusedException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The whole API as one function of a request. */
public final class Router implements ApiHandler {
    private static final System.Logger LOG = System.getLogger(Router.class.getName());

    private final Registry registry;
    private final Health health;
    private final KindRegistry kinds;
    private final Discovery discovery;
    private final OpenApiDocuments openApi;

    public Router(KindRegistry kinds, Registry registry, Health health) {
        this.kinds = kinds;
        this.discovery = new Discovery(kinds);
        this.openApi = new OpenApiDocuments(kinds);
        this.registry = registry;
        this.health = health;
    }

    @Override
    public Response handle(Request request) {
        try {
            if (request.user().isAnonymous()) {
                throw StatusException.unauthorized();
            }
            return route(request);
        } catch (StatusException e) {
            return failure(e);
        } catch (WriteRefusedException e) {
            return failure(
                    new StatusException(
                            Reason.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage())));
        } catch (StoreClosedException _) {
            return failure(
                    new StatusException(Reason.SERVICE_UNAVAILABLE, "the server is shutting down"));
        } catch (RuntimeException e) {
            LOG.log(
                    ERROR,
                    () -> "request failed %s %s".formatted(request.method(), request.path()),
                    e);
            return failure(StatusException.internal(String.valueOf(e.getMessage())));
        }
    }

    private static Response failure(StatusException e) {
        return Answers.json(e.code(), Json.bytes(e.toStatus()), List.of());
    }

    private Response route(Request request) {
        List<String> segments =
                Arrays.stream(request.path().split("/")).filter(s -> !s.isEmpty()).toList();
        String first = segments.isEmpty() ? "" : segments.getFirst();
        return switch (first) {
            case "api" -> core(request, segments);
            case "apis" -> groups(request, segments);
            case "openapi" -> openApi.handle(request, segments);
            case "version" -> Answers.json(Answers.OK, Json.bytes(Version.json()), List.of());
            case "healthz", "livez", "readyz" -> health.handle(request, segments);
            case "metrics" -> health.metrics();
            case "" -> Answers.json(Answers.OK, Json.bytes(discovery.paths()), List.of());
            default -> text(404, "404 page not found\n");
        };
    }

    static Response text(int code, String text) {
        return Response.Full.of(
                code, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    private Response core(Request request, List<String> segments) {
        if (segments.size() == 1) {
            return discovery.core(request);
        }
        return versioned(request, "", segments.get(1), segments.subList(2, segments.size()));
    }

    private Response groups(Request request, List<String> segments) {
        return switch (segments.size()) {
            case 1 -> discovery.groups(request);
            case 2 -> discovery.group(segments.get(1));
            default ->
                    versioned(
                            request,
                            segments.get(1),
                            segments.get(2),
                            segments.subList(3, segments.size()));
        };
    }

    private Response versioned(Request request, String group, String version, List<String> rest) {
        KindSet served = kinds.current();
        if (!served.versions(group).contains(version)) {
            return text(404, "404 page not found\n");
        }
        if (rest.isEmpty()) {
            return discovery.resources(group, version);
        }
        ApiPath path = ApiPath.of(served, group, version, rest);
        Accept accept = Accept.parse(request, served);
        Call call =
                new Call(
                        request,
                        path.resource(),
                        path.namespace(),
                        path.name(),
                        path.subresource(),
                        accept.rendering());
        return accept.finish(registry.handle(call));
    }
}
