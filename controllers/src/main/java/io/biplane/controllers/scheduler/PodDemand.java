package io.biplane.controllers.scheduler;

import io.biplane.api.Fields;
import io.biplane.api.view.PodView;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a Pod takes of a node. Whatever a pod says is a demand: what is no quantity, or more than a
 * long holds, is more than any node has.
 *
 * @param hostPorts as {@code protocol/port}; they must be free on the node
 */
record PodDemand(long cpuMilli, long memoryBytes, Set<String> hostPorts) {

    static PodDemand of(PodView pod) {
        return new PodDemand(
                sum(pod, "cpu", text -> Quantity.milli(text, Long.MAX_VALUE)),
                sum(pod, "memory", text -> Quantity.units(text, Long.MAX_VALUE)),
                pod.containerPorts().stream()
                        .filter(port -> pod.hostNetwork() || port.hostPort() != 0)
                        .map(port -> port.protocol() + "/" + hostPort(pod, port))
                        .collect(Collectors.toSet()));
    }

    private static int hostPort(PodView pod, PodView.Port port) {
        return pod.hostNetwork() && port.hostPort() == 0 ? port.containerPort() : port.hostPort();
    }

    private interface Reader {
        long read(String quantity);
    }

    /** Containers run together; init containers one by one before them. */
    private static long sum(PodView pod, String resource, Reader reader) {
        long together = 0;
        for (JsonNode container : Fields.list(pod.json(), "spec", "containers")) {
            together = plus(together, request(container, resource, reader));
        }
        List<JsonNode> inits = Fields.list(pod.json(), "spec", "initContainers");
        long largest = 0;
        for (JsonNode init : inits) {
            if (Fields.text(init, "restartPolicy").equals("Always")) {
                together = plus(together, request(init, resource, reader));
            } else {
                largest = Math.max(largest, request(init, resource, reader));
            }
        }
        long overhead = reader.read(Fields.text(pod.json(), "spec", "overhead", resource));
        return plus(Math.max(together, largest), overhead);
    }

    /** Of numbers from 0 on, at most the largest long. */
    private static long plus(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    private static long request(JsonNode container, String resource, Reader reader) {
        return reader.read(Fields.text(container, "resources", "requests", resource));
    }
}
