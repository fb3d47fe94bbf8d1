package io.biplane.api.openapi;

import io.biplane.api.Json;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/** A parameter of a request, in the path or in the query. */
record Parameter(String name, String in, String type, String description) {
    static final Parameter NAMESPACE =
            new Parameter("namespace", "path", "string", "namespace of the object");
    static final Parameter NAME = new Parameter("name", "path", "string", "name of the object");
    static final Parameter PRETTY =
            query("pretty", "string", "If 'true', then the output is pretty printed.");

    static final List<Parameter> LIST =
            List.of(
                    query("allowWatchBookmarks", "boolean", "Whether a watch may send bookmarks."),
                    query("continue", "string", "Token of the list's next part."),
                    query("fieldSelector", "string", "Restricts the list by fields."),
                    query("labelSelector", "string", "Restricts the list by labels."),
                    query("limit", "integer", "How many objects a part of the list may have."),
                    query("resourceVersion", "string", "Which state is to be read."),
                    query("resourceVersionMatch", "string", "How resourceVersion is meant."),
                    query("sendInitialEvents", "boolean", "Whether a watch begins with a list."),
                    query("timeoutSeconds", "integer", "How long the call may take."),
                    query("watch", "boolean", "Whether changes are sent as they happen."));

    static final List<Parameter> WRITE =
            List.of(
                    query("dryRun", "string", "'All': nothing is stored."),
                    query("fieldManager", "string", "Who makes the change."),
                    query(
                            "fieldValidation",
                            "string",
                            "What becomes of unknown fields: Ignore, Warn or Strict."));

    static final Parameter FORCE =
            query("force", "boolean", "Whether server-side apply takes over others' fields.");

    static final List<Parameter> DELETE =
            List.of(
                    query("dryRun", "string", "'All': nothing is deleted."),
                    query("gracePeriodSeconds", "integer", "How long the object may take to end."),
                    query("orphanDependents", "boolean", "Deprecated: use propagationPolicy."),
                    query(
                            "propagationPolicy",
                            "string",
                            "What becomes of dependents: Orphan, Background or Foreground."));

    private static Parameter query(String name, String type, String description) {
        return new Parameter(name, "query", type, description);
    }

    ObjectNode write(Style style) {
        ObjectNode node = Json.object().put("name", name).put("in", in);
        node.put("description", description);
        if (in.equals("path")) {
            node.put("required", true);
        }
        switch (style) {
            case V2 -> node.put("type", type).put("uniqueItems", true);
            case V3 -> node.putObject("schema").put("type", type).put("uniqueItems", true);
        }
        return node;
    }
}
