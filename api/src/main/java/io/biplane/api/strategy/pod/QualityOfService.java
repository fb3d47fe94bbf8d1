package io.biplane.api.strategy.pod;

import io.biplane.api.Fields;

import tools.jackson.databind.JsonNode;

import java.util.List;

/** The class that decides who goes first when memory is short. */
final class QualityOfService {
    private static final List<String> COUNTED = List.of("cpu", "memory");

    private QualityOfService() {}

    /** Guaranteed, Burstable or BestEffort, by requests and limits of all containers. */
    static String of(JsonNode spec) {
        boolean any = false;
        boolean all = !spec.path("containers").isEmpty();
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : spec.path(list)) {
                JsonNode requests = Fields.at(container, "resources", "requests");
                JsonNode limits = Fields.at(container, "resources", "limits");
                for (String resource : COUNTED) {
                    any |= requests.has(resource) || limits.has(resource);
                    all &=
                            limits.has(resource)
                                    && requests.path(resource).equals(limits.path(resource));
                }
            }
        }
        if (!any) {
            return "BestEffort";
        }
        return all ? "Guaranteed" : "Burstable";
    }
}
