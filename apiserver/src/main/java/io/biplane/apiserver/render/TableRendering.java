package io.biplane.apiserver.render;

import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.registry.KindSet;
import io.biplane.api.table.Tables;
import io.biplane.api.table.Tables.IncludeObject;
import io.biplane.apiserver.storage.StoredObject;

import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.List;

/**
 * Objects as rows, for people to read.
 *
 * @param apiVersion {@code meta.k8s.io/v1} or {@code meta.k8s.io/v1beta1}
 * @param kinds have the columns
 * @param include what a row carries besides its cells
 */
record TableRendering(String apiVersion, KindSet kinds, IncludeObject include)
        implements Rendering {
    @Override
    public byte[] object(StoredObject object) {
        return object(object.resource(), object.tree());
    }

    @Override
    public byte[] object(Resource resource, ObjectNode object) {
        return bytes(Tables.ofObject(kinds.columns(resource), object, include, Instant.now()));
    }

    @Override
    public byte[] list(Resource resource, ListMeta meta, List<StoredObject> objects) {
        List<ObjectNode> trees = objects.stream().map(StoredObject::tree).toList();
        return bytes(
                Tables.ofList(
                        kinds.columns(resource), trees, meta.toJson(), include, Instant.now()));
    }

    @Override
    public byte[] bookmark(Resource resource, long revision, boolean initialEventsEnd) {
        ObjectNode marker =
                Bookmark.object(resource.kind(), resource.apiVersion(), revision, initialEventsEnd);
        return bytes(
                Tables.ofEvent(kinds.columns(resource), marker, include, Instant.now(), false));
    }

    private byte[] bytes(ObjectNode table) {
        return Json.bytes(table.put("apiVersion", apiVersion));
    }
}
