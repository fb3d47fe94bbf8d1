package io.biplane.apiregistry;

import java.util.List;

/**
 * A type to start from; all that its fields refer to comes with it.
 *
 * @param model simple name of the client's model
 * @param proto simple name of the client's holder of protobuf messages
 * @param message name of the protobuf message
 * @param kinds what clients send under this type: {@code group/version/kind}, the core group empty
 */
record Root(String model, String proto, String message, List<String> kinds) {
    Root {
        kinds = List.copyOf(kinds);
    }

    static List<Root> all() {
        return List.of(
                kind("V1ConfigMap", "V1", "ConfigMap", "/v1"),
                kind("V1Endpoints", "V1", "Endpoints", "/v1"),
                kind("CoreV1Event", "V1", "Event", "/v1"),
                kind("V1Namespace", "V1", "Namespace", "/v1"),
                kind("V1Node", "V1", "Node", "/v1"),
                kind("V1Pod", "V1", "Pod", "/v1"),
                kind("V1Secret", "V1", "Secret", "/v1"),
                kind("V1Service", "V1", "Service", "/v1"),
                kind("V1ServiceAccount", "V1", "ServiceAccount", "/v1"),
                kind("V1Binding", "V1", "Binding", "/v1"),
                kind("V1Deployment", "V1Apps", "Deployment", "apps/v1"),
                kind("V1ReplicaSet", "V1Apps", "ReplicaSet", "apps/v1"),
                kind("V1EndpointSlice", "V1Discovery", "EndpointSlice", "discovery.k8s.io/v1"),
                kind("EventsV1Event", "V1Events", "Event", "events.k8s.io/v1"),
                kind("V1Lease", "V1Coordination", "Lease", "coordination.k8s.io/v1"),
                kind("V1IPAddress", "V1Networking", "IPAddress", "networking.k8s.io/v1"),
                kind("V1ServiceCIDR", "V1Networking", "ServiceCIDR", "networking.k8s.io/v1"),
                kind("V1Scale", "V1Autoscaling", "Scale", "autoscaling/v1"),
                kind("V1Eviction", "V1Policy", "Eviction", "policy/v1"),
                kind("V1Status", "Meta", "Status", "/v1"),
                meta("V1DeleteOptions", "DeleteOptions"),
                meta("V1WatchEvent", "WatchEvent"));
    }

    private static Root kind(String model, String proto, String message, String version) {
        return new Root(model, proto, message, List.of(version + "/" + message));
    }

    /** A type that every group has under its own name. */
    private static Root meta(String model, String message) {
        List<String> kinds =
                List.of(
                                "/v1",
                                "apps/v1",
                                "coordination.k8s.io/v1",
                                "discovery.k8s.io/v1",
                                "events.k8s.io/v1",
                                "networking.k8s.io/v1",
                                "policy/v1",
                                "autoscaling/v1")
                        .stream()
                        .map(version -> version + "/" + message)
                        .toList();
        return new Root(model, "Meta", message, kinds);
    }
}
