package io.biplane.apiserver.render;

import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.apiserver.storage.StoredObject;

import tools.jackson.databind.node.ObjectNode;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Objects as they are. */
final class PlainRendering implements Rendering {
    @Override
    public byte[] object(StoredObject object) {
        return object.json();
    }

    @Override
    public byte[] object(Resource resource, ObjectNode object) {
        return Json.bytes(object);
    }

    @Override
    public byte[] list(Resource resource, ListMeta meta, List<StoredObject> objects) {
        int size = 256;
        for (StoredObject object : objects) {
            size += object.entry().value().length + 48;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(size);
        out.writeBytes(
                "{\"kind\":\"%s\",\"apiVersion\":\"%s\",\"metadata\":%s,\"items\":["
                        .formatted(
                                resource.listKind(),
                                resource.apiVersion(),
                                Json.text(meta.toJson()))
                        .getBytes(StandardCharsets.UTF_8));
        boolean first = true;
        for (StoredObject object : objects) {
            if (!first) {
                out.write(',');
            }
            first = false;
            out.writeBytes(object.json());
        }
        out.write(']');
        out.write('}');
        return out.toByteArray();
    }

    @Override
    public byte[] bookmark(Resource resource, long revision, boolean initialEventsEnd) {
        return Json.bytes(
                Bookmark.object(
                        resource.kind(), resource.apiVersion(), revision, initialEventsEnd));
    }

    @Override
    public boolean isPlain() {
        return true;
    }
}
