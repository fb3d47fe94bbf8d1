package io.biplane.controllers.endpoints;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.view.PodView;
import io.biplane.api.view.ServiceView;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A Service's port as one Pod answers it: named target ports may have another number in each Pod.
 *
 * @param appProtocol "" where absent
 */
record EndpointPort(String name, String protocol, int port, String appProtocol) {
    private static final Comparator<EndpointPort> ORDER =
            Comparator.comparing(EndpointPort::name)
                    .thenComparing(EndpointPort::protocol)
                    .thenComparingInt(EndpointPort::port);

    /**
     * The ports of a Service on a Pod, sorted; one whose name the Pod does not know is left out.
     */
    static List<EndpointPort> of(ServiceView service, PodView pod) {
        List<EndpointPort> ports = new ArrayList<>();
        for (ServiceView.Port port : service.ports()) {
            resolve(port, pod)
                    .ifPresent(number ->
                            ports.add(
                                    new EndpointPort(
                                            port.name(),
                                            port.protocol(),
                                            number,
                                            port.appProtocol())));
        }
        ports.sort(ORDER);
        return List.copyOf(ports);
    }

    private static Optional<Integer> resolve(ServiceView.Port port, PodView pod) {
        String target = port.targetPort();
        if (!target.isEmpty() && target.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.of(Integer.parseInt(target));
        }
        return pod.containerPorts().stream()
                .filter(p -> p.name().equals(target) && p.protocol().equals(port.protocol()))
                .map(PodView.Port::containerPort)
                .findFirst();
    }

    /** The ports of a slice, sorted. */
    static List<EndpointPort> ofSlice(JsonNode slice) {
        return Fields.list(slice, "ports").stream()
                .map(port ->
                        new EndpointPort(
                                Fields.text(port, "name"),
                                Fields.text(port, "protocol"),
                                Fields.number(port, 0, "port"),
                                Fields.text(port, "appProtocol")))
                .sorted(ORDER)
                .toList();
    }

    /** As in a slice, where the name is always written. */
    ObjectNode toSlice() {
        return toJson(Json.object().put("name", name));
    }

    /** As in an Endpoints object. */
    ObjectNode toSubset() {
        return toJson(name.isEmpty() ? Json.object() : Json.object().put("name", name));
    }

    private ObjectNode toJson(ObjectNode json) {
        json.put("port", port).put("protocol", protocol);
        return appProtocol.isEmpty() ? json : json.put("appProtocol", appProtocol);
    }
}
