package io.biplane.api;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Optional;

/**
 * A kind in one version, with all names it goes by.
 *
 * @param group API group, {@code ""} for the core group
 * @param version version, such as {@code v1}
 * @param plural name in paths
 * @param singular name in discovery
 * @param kind kind in objects
 * @param namespaced whether objects live in a namespace
 * @param shortNames kubectl's short names
 * @param categories kubectl's categories, such as {@code all}
 * @param subresources parts with paths of their own
 * @param selectableFields fields of field selectors beyond {@code metadata.name} and {@code
 *     metadata.namespace}
 * @param verbs verbs of the resource itself, in discovery's order
 * @param storage how objects are stored
 */
public record Resource(
        String group,
        String version,
        String plural,
        String singular,
        String kind,
        boolean namespaced,
        List<String> shortNames,
        List<String> categories,
        List<Subresource> subresources,
        List<SelectableField> selectableFields,
        List<String> verbs,
        Storage storage) {
    /** Copies the lists. */
    public Resource {
        shortNames = List.copyOf(shortNames);
        categories = List.copyOf(categories);
        subresources = List.copyOf(subresources);
        selectableFields = List.copyOf(selectableFields);
        verbs = List.copyOf(verbs);
    }

    /** {@code v1} or {@code apps/v1}: an object's {@code apiVersion}. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** {@code pods} or {@code deployments.apps}: how messages name the resource. */
    public String groupResource() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    /** {@code Pod} or {@code Deployment.apps}: how messages about invalid objects name the kind. */
    public String groupKind() {
        return group.isEmpty() ? kind : kind + "." + group;
    }

    /** {@code PodList}. */
    public String listKind() {
        return kind + "List";
    }

    /** {@code /api/v1} or {@code /apis/apps/v1}. */
    public String versionPath() {
        return group.isEmpty() ? "/api/" + version : "/apis/" + group + "/" + version;
    }

    /**
     * The path of a collection or an object.
     *
     * @param namespace null for all namespaces, and for what is not namespaced
     * @param name null for the collection
     */
    public String path(@Nullable String namespace, @Nullable String name) {
        StringBuilder path = new StringBuilder(versionPath());
        if (namespaced && namespace != null) {
            path.append("/namespaces/").append(namespace);
        }
        path.append('/').append(plural);
        if (name != null) {
            path.append('/').append(name);
        }
        return path.toString();
    }

    /** The subresource of that name, if this kind has it. */
    public Optional<Subresource> subresource(String name) {
        return subresources.stream().filter(s -> s.name().equals(name)).findFirst();
    }

    /** Whether the status is written apart from the rest. */
    public boolean hasStatus() {
        return subresource("status").isPresent();
    }

    /** The object in the form of this version; the same instance if it has it already. */
    public ObjectNode served(ObjectNode object) {
        return storage.conversion().convert(object, apiVersion());
    }

    /** The object in the form in which it is stored; the same instance if it has it already. */
    public ObjectNode stored(ObjectNode object) {
        return storage.conversion().convert(object, storage.apiVersion());
    }

    /** Rows are one per group, version and plural name, so these alone tell them apart. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Resource that
                && plural.equals(that.plural)
                && group.equals(that.group)
                && version.equals(that.version);
    }

    @Override
    public int hashCode() {
        return (group.hashCode() * 31 + version.hashCode()) * 31 + plural.hashCode();
    }

    @Override
    public String toString() {
        return groupResource() + "/" + version;
    }
}
