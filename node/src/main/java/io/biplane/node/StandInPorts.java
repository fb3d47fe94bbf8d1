package io.biplane.node;

import io.biplane.api.Fields;
import io.biplane.api.view.PodView;
import io.biplane.api.view.ServiceView;
import io.biplane.node.standin.ServedContainer;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * On which ports a pod's stand-ins listen; pure. A container listens on its declared ports, on
 * those of its probes, and on those that {@code agnhost netexec} arguments name; what Services that
 * select the pod want besides, the first container listens on. A port is opened once: the first
 * container that wants it has it.
 */
final class StandInPorts {

    private static final class Ports {
        final Set<Integer> tcp = new TreeSet<>();
        final Set<Integer> udp = new TreeSet<>();

        Set<Integer> of(String protocol) {
            return protocol.equals("UDP") ? udp : tcp;
        }
    }

    static List<ServedContainer> of(PodView pod, Collection<ServiceView> services) {
        Map<String, Ports> byContainer = new LinkedHashMap<>();
        List<JsonNode> containers = PodStatus.longRunning(pod);
        for (JsonNode container : containers) {
            byContainer.put(Fields.text(container, "name"), own(container));
        }
        byContainer.values().stream()
                .findFirst()
                .ifPresent(first -> addTargetPorts(first, pod, services));
        Ports taken = new Ports();
        List<ServedContainer> served = new ArrayList<>();
        byContainer.forEach((name, ports) -> {
            ports.tcp.removeIf(port -> !taken.tcp.add(port));
            ports.udp.removeIf(port -> !taken.udp.add(port));
            served.add(new ServedContainer(name, List.copyOf(ports.tcp), List.copyOf(ports.udp)));
        });
        return served;
    }

    private static Ports own(JsonNode container) {
        Ports ports = new Ports();
        Map<String, Integer> named = new LinkedHashMap<>();
        for (JsonNode port : Fields.list(container, "ports")) {
            int number = Fields.number(port, 0, "containerPort");
            if (isPort(number)) {
                String protocol = Fields.optionalText(port, "protocol").orElse("TCP");
                if (!protocol.equals("SCTP")) {
                    ports.of(protocol).add(number);
                }
                Fields.optionalText(port, "name").ifPresent(name -> named.put(name, number));
            }
        }
        for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
            for (String[] path :
                    new String[][] {
                        {probe, "httpGet", "port"},
                        {probe, "tcpSocket", "port"},
                        {probe, "grpc", "port"}
                    }) {
                Integer number = number(Fields.text(container, path), named);
                if (number != null) {
                    ports.tcp.add(number);
                }
            }
        }
        Netexec.of(container)
                .ifPresent(netexec -> {
                    ports.tcp.add(netexec.httpPort());
                    ports.udp.add(netexec.udpPort());
                });
        return ports;
    }

    private static @Nullable Integer number(String port, Map<String, Integer> named) {
        if (port.matches("\\d{1,5}")) {
            int number = Integer.parseInt(port);
            return isPort(number) ? number : null;
        }
        return named.get(port);
    }

    private static void addTargetPorts(Ports first, PodView pod, Collection<ServiceView> services) {
        for (ServiceView service : services) {
            if (selects(service, pod)) {
                for (ServiceView.Port port : service.ports()) {
                    if (port.targetPort().matches("\\d{1,5}") && !port.protocol().equals("SCTP")) {
                        int number = Integer.parseInt(port.targetPort());
                        if (isPort(number)) {
                            first.of(port.protocol()).add(number);
                        }
                    }
                }
            }
        }
    }

    /** Whether the Service's endpoints include the pod. */
    static boolean selects(ServiceView service, PodView pod) {
        return service.namespace().equals(pod.namespace())
                && !service.selector().isEmpty()
                && pod.labels().entrySet().containsAll(service.selector().entrySet());
    }

    private static boolean isPort(int number) {
        return number >= 1 && number <= 65_535;
    }

    private StandInPorts() {}
}
