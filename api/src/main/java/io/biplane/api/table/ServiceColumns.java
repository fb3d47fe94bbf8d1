package io.biplane.api.table;

import io.biplane.api.Fields;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The columns of Services. */
public final class ServiceColumns {
    public static final List<Column> ALL =
            List.of(
                    Column.objectName(),
                    Column.text(
                            "Type",
                            "Type determines how the Service is exposed.",
                            Cells.text("spec", "type")),
                    Column.text(
                            "Cluster-IP",
                            "The first address of the service inside the cluster.",
                            (service, now) -> clusterIp(service.path("spec"))),
                    Column.text(
                            "External-IP",
                            "Addresses under which the service is reached from outside.",
                            (service, now) -> externalIp(service)),
                    Column.text(
                            "Port(s)",
                            "The ports that are exposed by this service.",
                            (service, now) -> ports(Fields.at(service, "spec", "ports"))),
                    Column.age(),
                    Column.text(
                                    "Selector",
                                    "The labels of the pods that traffic is routed to.",
                                    (service, now) ->
                                            Cells.labels(Fields.at(service, "spec", "selector")))
                            .wide());

    private ServiceColumns() {}

    private static String clusterIp(JsonNode spec) {
        String first = spec.path("clusterIPs").path(0).stringValue("");
        return Cells.orNone(first.isEmpty() ? Fields.string(spec, "clusterIP") : first);
    }

    private static String externalIp(JsonNode service) {
        JsonNode spec = service.path("spec");
        List<String> external =
                spec.path("externalIPs").valueStream().map(ip -> ip.stringValue("")).toList();
        return switch (Fields.string(spec, "type")) {
            case "LoadBalancer" -> {
                String balancer = loadBalancer(service);
                List<String> all = new ArrayList<>(external);
                if (!balancer.isEmpty()) {
                    all.addFirst(balancer);
                }
                yield all.isEmpty() ? "<pending>" : String.join(",", all);
            }
            case "ExternalName" -> Fields.string(spec, "externalName");
            default -> Cells.orNone(String.join(",", external));
        };
    }

    /**
     * Never cut: upstream's printer cuts long lists, but its API server always asks for wide ones.
     */
    private static String loadBalancer(JsonNode service) {
        TreeSet<String> addresses = new TreeSet<>();
        for (JsonNode ingress : Fields.at(service, "status", "loadBalancer", "ingress")) {
            String ip = Fields.string(ingress, "ip");
            addresses.add(ip.isEmpty() ? Fields.string(ingress, "hostname") : ip);
        }
        addresses.remove("");
        return String.join(",", addresses);
    }

    private static String ports(JsonNode ports) {
        return Cells.orNone(
                ports.valueStream()
                        .map(port -> {
                            int nodePort = port.path("nodePort").intValue(0);
                            return port.path("port").intValue(0)
                                    + (nodePort > 0 ? ":" + nodePort : "")
                                    + "/"
                                    + Fields.string(port, "protocol");
                        })
                        .collect(Collectors.joining(",")));
    }
}
