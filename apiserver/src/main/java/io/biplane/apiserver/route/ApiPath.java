package io.biplane.apiserver.route;

import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.registry.KindSet;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/**
 * A path below {@code /api/<version>} or {@code /apis/<group>/<version>} that names a resource.
 *
 * @param namespace null for all namespaces, and for kinds outside of namespaces
 * @param name {@code ""} for the collection
 * @param subresource {@code ""} for the object itself
 */
record ApiPath(Resource resource, @Nullable String namespace, String name, String subresource) {
    private static final Set<String> NAMESPACE_SUBRESOURCES = Set.of("status", "finalize");

    /**
     * @param rest the segments behind the version, at least one
     * @throws StatusException (404) if nothing is served under the path
     */
    static ApiPath of(KindSet kinds, String group, String version, List<String> rest) {
        boolean inNamespace =
                rest.size() >= 3
                        && rest.getFirst().equals("namespaces")
                        && !NAMESPACE_SUBRESOURCES.contains(rest.get(2));
        List<String> own = inNamespace ? rest.subList(2, rest.size()) : rest;
        Resource resource =
                kinds.find(group, version, own.getFirst())
                        .filter(r -> r.namespaced() || !inNamespace)
                        .orElseThrow(StatusException::noSuchPath);
        String name = own.size() > 1 ? own.get(1) : "";
        String subresource = own.size() > 2 ? own.get(2) : "";
        boolean lacksNamespace = resource.namespaced() && !inNamespace && !name.isEmpty();
        boolean unknownSubresource =
                !subresource.isEmpty() && resource.subresource(subresource).isEmpty();
        if (own.size() > 3 || lacksNamespace || unknownSubresource) {
            throw StatusException.noSuchPath();
        }
        return new ApiPath(resource, inNamespace ? rest.get(1) : null, name, subresource);
    }
}
