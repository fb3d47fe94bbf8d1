package io.biplane.api.registry;

import io.biplane.api.Resource;
import io.biplane.api.table.Column;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Stream;

/** The kinds that are served at one time. Never changes. */
public final class KindSet {
    private record Entry(Kind kind, KindVersion version) {}

    private final List<String> groupOrder;
    private final List<Kind> kinds;

    /** By group in the order of the groups, and within a group in that of the kinds. */
    private final Map<Resource, Entry> byResource = new LinkedHashMap<>();

    /**
     * @param groupOrder groups in the order in which discovery lists them; others come after these
     * @throws IllegalArgumentException if two kinds have the same name
     */
    public KindSet(List<String> groupOrder, List<Kind> kinds) {
        this.groupOrder = List.copyOf(groupOrder);
        this.kinds = List.copyOf(kinds);
        SequencedSet<String> groups = new LinkedHashSet<>(groupOrder);
        entries().forEach(entry -> groups.add(entry.version.resource().group()));
        for (String group : groups) {
            entries().filter(e -> e.version.resource().group().equals(group)).forEach(this::add);
        }
    }

    private Stream<Entry> entries() {
        return kinds.stream().flatMap(k -> k.versions().stream().map(v -> new Entry(k, v)));
    }

    private void add(Entry entry) {
        Resource resource = entry.version.resource();
        if (ofKind(resource.apiVersion(), resource.kind()).isPresent()
                || byResource.put(resource, entry) != null) {
            throw new IllegalArgumentException("two kinds have the name " + resource);
        }
    }

    /** These kinds and one more, or another one under the same name. */
    public KindSet with(Kind kind) {
        List<Kind> more = new ArrayList<>(without(kind.resource()).kinds);
        more.add(kind);
        return new KindSet(groupOrder, more);
    }

    /** These kinds but the one with that name, if it is among them. */
    public KindSet without(Resource resource) {
        return new KindSet(
                groupOrder, kinds.stream().filter(k -> !k.resource().equals(resource)).toList());
    }

    /** All kinds, each once, in whatever versions it is served. */
    public List<Kind> kinds() {
        return kinds;
    }

    /** All versions of all kinds, by group in discovery's order. */
    public List<Resource> resources() {
        return List.copyOf(byResource.keySet());
    }

    /** The groups, in discovery's order; the core group is {@code ""}. */
    public List<String> groups() {
        return byResource.keySet().stream().map(Resource::group).distinct().toList();
    }

    /** The versions of a group, the preferred one first. */
    public List<String> versions(String group) {
        return byResource.keySet().stream()
                .filter(r -> r.group().equals(group))
                .map(Resource::version)
                .distinct()
                .toList();
    }

    /** What a group serves in a version; empty if nothing. */
    public List<Resource> resources(String group, String version) {
        return byResource.keySet().stream()
                .filter(r -> r.group().equals(group) && r.version().equals(version))
                .toList();
    }

    /** What is served under this group, version and plural name. */
    public Optional<Resource> find(String group, String version, String plural) {
        return byResource.keySet().stream()
                .filter(r -> r.plural().equals(plural))
                .filter(r -> r.group().equals(group) && r.version().equals(version))
                .findFirst();
    }

    /** What objects with this {@code apiVersion} and {@code kind} are served under. */
    public Optional<Resource> ofKind(String apiVersion, String kind) {
        return byResource.keySet().stream()
                .filter(r -> r.kind().equals(kind) && r.apiVersion().equals(apiVersion))
                .findFirst();
    }

    /** The kind that has this version. */
    public Optional<Kind> kind(Resource resource) {
        return Optional.ofNullable(byResource.get(resource)).map(Entry::kind);
    }

    /** The version with this name. */
    public Optional<KindVersion> version(Resource resource) {
        return Optional.ofNullable(byResource.get(resource)).map(Entry::version);
    }

    /** What tables show of it; of a kind that is not served any more, the name and the age. */
    public List<Column> columns(Resource resource) {
        return version(resource)
                .map(KindVersion::columns)
                .orElseGet(() -> List.of(Column.objectName(), Column.age()));
    }
}
