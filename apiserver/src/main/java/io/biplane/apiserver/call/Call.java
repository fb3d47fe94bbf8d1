package io.biplane.apiserver.call;

import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.apiserver.exchange.Query;
import io.biplane.apiserver.exchange.Request;
import io.biplane.apiserver.render.Rendering;
import io.biplane.apiserver.write.ObjectWriter.Target;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * A request for a resource.
 *
 * @param namespace null for all namespaces, and for kinds outside of namespaces
 * @param name {@code ""} for the whole collection
 * @param subresource {@code ""} for the object itself
 * @param rendering the form that the client asked for
 */
public record Call(
        Request request,
        Resource resource,
        @Nullable String namespace,
        String name,
        String subresource,
        Rendering rendering) {

    public Query query() {
        return request.query();
    }

    public Target target() {
        return new Target(resource, namespace, name);
    }

    /**
     * Whether to do everything but the writing.
     *
     * @throws StatusException (400) if the parameter says anything but {@code All}
     */
    public boolean dryRun() {
        List<String> values = query().parameters().getOrDefault("dryRun", List.of());
        return dryRun(values);
    }

    static boolean dryRun(List<String> values) {
        for (String value : values) {
            if (!value.isEmpty() && !value.equals("All")) {
                throw StatusException.badRequest(
                        "dryRun: Unsupported value: \"%s\": supported values: \"All\""
                                .formatted(value));
            }
        }
        return values.contains("All");
    }
}
