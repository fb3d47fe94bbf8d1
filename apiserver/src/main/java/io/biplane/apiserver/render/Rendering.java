package io.biplane.apiserver.render;

import io.biplane.api.Resource;
import io.biplane.apiserver.storage.StoredObject;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/** One of the forms in which objects are sent. */
public interface Rendering {
    /** Marks the bookmark behind the last object of a watch's initial events. */
    String INITIAL_EVENTS_END = "k8s.io/initial-events-end";

    byte[] object(StoredObject object);

    /** An object that is not in the store, such as the outcome of a dry run. */
    byte[] object(Resource resource, ObjectNode object);

    byte[] list(Resource resource, ListMeta meta, List<StoredObject> objects);

    /** The object of a bookmark event. */
    byte[] bookmark(Resource resource, long revision, boolean initialEventsEnd);

    /**
     * Whether {@link #object(StoredObject)} is the object's own JSON, so that events are shared.
     */
    default boolean isPlain() {
        return false;
    }
}
