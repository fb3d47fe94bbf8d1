package io.biplane.client;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What to list or watch; "" is absent.
 *
 * @param resourceVersion for a watch, the version after which events are wanted
 */
public record ListOptions(String labelSelector, String fieldSelector, String resourceVersion) {
    /** Everything. */
    public static final ListOptions ALL = new ListOptions("", "", "");

    /** Objects whose labels match. */
    public static ListOptions labels(String selector) {
        return new ListOptions(selector, "", "");
    }

    /** Objects whose fields match. */
    public static ListOptions fields(String selector) {
        return new ListOptions("", selector, "");
    }

    /** The same selection from a version on. */
    public ListOptions from(String version) {
        return new ListOptions(labelSelector, fieldSelector, version);
    }

    Map<String, String> query() {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("labelSelector", labelSelector);
        query.put("fieldSelector", fieldSelector);
        query.put("resourceVersion", resourceVersion);
        query.values().removeIf(String::isEmpty);
        return query;
    }
}
