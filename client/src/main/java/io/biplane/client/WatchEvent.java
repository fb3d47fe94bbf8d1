package io.biplane.client;

import tools.jackson.databind.node.ObjectNode;

/**
 * An event of a watch.
 *
 * @param type ADDED, MODIFIED, DELETED, BOOKMARK or ERROR
 * @param object the object; of an ERROR, a Status
 */
public record WatchEvent(String type, ObjectNode object) {}
