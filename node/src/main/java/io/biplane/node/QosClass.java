package io.biplane.node;

import io.biplane.api.Fields;
import io.biplane.api.view.PodView;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code status.qosClass}; pure. */
final class QosClass {
    private static final List<String> COUNTED = List.of("cpu", "memory");

    /**
     * Guaranteed if every container limits both CPU and memory and requests no other amounts,
     * BestEffort if none requests or limits either, else Burstable.
     */
    static String of(PodView pod) {
        List<JsonNode> containers = new ArrayList<>(Fields.list(pod.json(), "spec", "containers"));
        containers.addAll(Fields.list(pod.json(), "spec", "initContainers"));
        boolean anything = false;
        boolean guaranteed = true;
        for (JsonNode container : containers) {
            Map<String, String> requests = Fields.map(container, "resources", "requests");
            Map<String, String> limits = Fields.map(container, "resources", "limits");
            for (String resource : COUNTED) {
                String limit = limits.getOrDefault(resource, "");
                String request = requests.getOrDefault(resource, limit);
                anything |= !request.isEmpty();
                guaranteed &= !limit.isEmpty() && limit.equals(request);
            }
        }
        if (!anything) {
            return "BestEffort";
        }
        return guaranteed ? "Guaranteed" : "Burstable";
    }

    private QosClass() {}
}
