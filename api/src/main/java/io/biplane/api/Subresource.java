package io.biplane.api;

import java.util.List;

/**
 * A part of an object with a path of its own, as discovery lists it.
 *
 * @param name last path segment, such as {@code status}
 * @param group API group of {@code kind} where it differs from the resource's, else {@code ""}
 * @param version version of {@code kind} where it differs from the resource's, else {@code ""}
 * @param kind kind of what is read and written there
 * @param verbs verbs in discovery's order
 */
public record Subresource(
        String name, String group, String version, String kind, List<String> verbs) {
    /** Copies the verbs. */
    public Subresource {
        verbs = List.copyOf(verbs);
    }

    /** Written apart from the rest of the object. */
    public static Subresource status(String kind) {
        return new Subresource("status", "", "", kind, List.of("get", "patch", "update"));
    }

    /** The number of replicas, in the same form for every kind that has them. */
    public static Subresource scale() {
        return new Subresource(
                "scale", "autoscaling", "v1", "Scale", List.of("get", "patch", "update"));
    }

    /** Binds a pod to a node. */
    public static Subresource binding() {
        return new Subresource("binding", "", "", "Binding", List.of("create"));
    }

    /** Changes the finalizers in the spec of a namespace. */
    public static Subresource finalizeNamespace() {
        return new Subresource("finalize", "", "", "Namespace", List.of("update"));
    }
}
