package io.biplane.apiserver.render;

import io.biplane.api.Resource;
import io.biplane.apiserver.storage.StoredObject;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;

record TableRendering(String apiVersion, String includeObject) implements Rendering {
    private static final Rendering PLAIN = new PlainRendering();

    @Override
    public byte[] object(StoredObject object) {
        return PLAIN.object(object);
    }

    @Override
    public byte[] object(Resource resource, ObjectNode object) {
        return PLAIN.object(resource, object);
    }

    @Override
    public byte[] list(Resource resource, ListMeta meta, List<StoredObject> objects) {
        return PLAIN.list(resource, meta, objects);
    }

    @Override
    public byte[] bookmark(Resource resource, long revision, boolean end) {
        return PLAIN.bookmark(resource, revision, end);
    }
}
