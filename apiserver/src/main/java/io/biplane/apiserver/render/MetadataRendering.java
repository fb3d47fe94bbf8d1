package io.biplane.apiserver.render;

import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.apiserver.storage.StoredObject;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/**
 * The metadata of objects alone.
 *
 * @param apiVersion {@code meta.k8s.io/v1} or {@code meta.k8s.io/v1beta1}
 */
record MetadataRendering(String apiVersion) implements Rendering {
    static final String KIND = "PartialObjectMetadata";

    @Override
    public byte[] object(StoredObject object) {
        return Json.bytes(partial(apiVersion, object.tree()));
    }

    @Override
    public byte[] object(Resource resource, ObjectNode object) {
        return Json.bytes(partial(apiVersion, object));
    }

    static ObjectNode partial(String apiVersion, ObjectNode object) {
        ObjectNode partial = Json.object().put("kind", KIND).put("apiVersion", apiVersion);
        partial.set("metadata", object.path("metadata"));
        return partial;
    }

    @Override
    public byte[] list(Resource resource, ListMeta meta, List<StoredObject> objects) {
        ObjectNode list = Json.object().put("kind", KIND + "List").put("apiVersion", apiVersion);
        list.set("metadata", meta.toJson());
        ArrayNode items = list.putArray("items");
        objects.forEach(o -> items.add(partial(apiVersion, o.tree())));
        return Json.bytes(list);
    }

    @Override
    public byte[] bookmark(Resource resource, long revision, boolean initialEventsEnd) {
        return Json.bytes(Bookmark.object(KIND, apiVersion, revision, initialEventsEnd));
    }
}
