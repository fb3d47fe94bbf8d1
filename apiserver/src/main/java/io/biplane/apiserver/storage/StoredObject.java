package io.biplane.apiserver.storage;

import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.store.KeyValue;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An object of the store as clients of one kind see it. The stored bytes begin with {@code
 * apiVersion}, {@code kind} and {@code metadata} and lack the resource version, which is the
 * store's to give: it is spliced in behind the brace that opens the metadata.
 */
public final class StoredObject {
    private static final Map<Resource, byte[]> OPENINGS = new ConcurrentHashMap<>();
    private static final String[] FIRST = {"apiVersion", "kind", "metadata"};

    private final Resource resource;
    private final KeyValue entry;
    private final long revision;
    private volatile @Nullable ObjectNode tree;

    private StoredObject(Resource resource, KeyValue entry, long revision) {
        this.resource = resource;
        this.entry = entry;
        this.revision = revision;
    }

    public static StoredObject of(Resource resource, KeyValue entry) {
        return new StoredObject(resource, entry, entry.modRevision());
    }

    /** The last state of a deleted object: its version is that of its deletion. */
    public static StoredObject deleted(Resource resource, KeyValue last, long revision) {
        return new StoredObject(resource, last, revision);
    }

    /** What the store is given: ordered as above, without the resource version. */
    public static byte[] encode(Resource resource, ObjectNode object) {
        ObjectNode from = resource.stored(object);
        ObjectNode ordered = Json.object();
        for (String field : FIRST) {
            JsonNode value = from.get(field);
            if (value != null) {
                ordered.set(field, value);
            }
        }
        ordered.setAll(from);
        ObjectNode metadata = Json.object();
        from.path("metadata").properties().forEach(f -> metadata.set(f.getKey(), f.getValue()));
        metadata.remove("resourceVersion");
        ordered.set("metadata", metadata);
        return Json.bytes(ordered);
    }

    public Resource resource() {
        return resource;
    }

    /** The store's revision of the last change. */
    public long revision() {
        return revision;
    }

    public KeyValue entry() {
        return entry;
    }

    /** The object as JSON, shared: not to be changed. */
    public byte[] json() {
        byte[] value = entry.value();
        byte[] opening = OPENINGS.computeIfAbsent(resource, StoredObject::opening);
        if (!startsWith(value, opening)) {
            return Json.bytes(tree());
        }
        boolean last = value[opening.length] == '}';
        byte[] version =
                ("\"resourceVersion\":\"" + revision + (last ? "\"" : "\","))
                        .getBytes(StandardCharsets.US_ASCII);
        byte[] json = new byte[value.length + version.length];
        System.arraycopy(value, 0, json, 0, opening.length);
        System.arraycopy(version, 0, json, opening.length, version.length);
        System.arraycopy(
                value,
                opening.length,
                json,
                opening.length + version.length,
                value.length - opening.length);
        return json;
    }

    // Objects of another group's form do not begin so, and are converted as trees.
    private static byte[] opening(Resource resource) {
        return "{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"metadata\":{"
                .formatted(resource.apiVersion(), resource.kind())
                .getBytes(StandardCharsets.UTF_8);
    }

    private static boolean startsWith(byte[] value, byte[] opening) {
        return value.length > opening.length
                && Arrays.equals(value, 0, opening.length, opening, 0, opening.length);
    }

    /** The object as a tree, shared: not to be changed. */
    public ObjectNode tree() {
        ObjectNode found = tree;
        if (found == null) {
            found = copy();
            tree = found;
        }
        return found;
    }

    /** The object as a tree of the caller's own. */
    public ObjectNode copy() {
        ObjectNode object = resource.served(Json.parseObject(entry.value()));
        Json.child(object, "metadata").put("resourceVersion", Long.toString(revision));
        return object;
    }
}
