package io.biplane.controllers.endpoints;

import io.biplane.api.Json;
import io.biplane.api.view.PodView;
import io.biplane.api.view.ServiceView;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The {@code subsets} of a Service's Endpoints object: one family only, that of the Service's first
 * address; clients that know more read EndpointSlices. Pure.
 *
 * @param overCapacity whether endpoints were left out because there are more than {@value
 *     #MOST_ADDRESSES}
 */
record EndpointSubsets(ArrayNode json, boolean overCapacity) {
    private static final int MOST_ADDRESSES = 1000;

    private record Entry(Addr ip, PodView pod, List<EndpointPort> ports, boolean ready) {}

    static EndpointSubsets of(ServiceView service, Collection<PodView> pods) {
        List<Entry> entries = new ArrayList<>();
        for (PodView pod : pods) {
            boolean all = service.publishNotReadyAddresses();
            boolean counts = !pod.terminal() && (all || !pod.terminating());
            ip(service, pod)
                    .filter(_ -> counts)
                    .map(ip ->
                            new Entry(ip, pod, EndpointPort.of(service, pod), all || pod.ready()))
                    .filter(entry -> service.ports().isEmpty() || !entry.ports().isEmpty())
                    .ifPresent(entries::add);
        }
        entries.sort(
                Comparator.comparing((Entry entry) -> !entry.ready())
                        .thenComparing(Entry::ip)
                        .thenComparing(entry -> entry.pod().uid()));
        boolean over = entries.size() > MOST_ADDRESSES;
        return new EndpointSubsets(
                subsets(service, over ? entries.subList(0, MOST_ADDRESSES) : entries), over);
    }

    /** An old headless Service without families takes each Pod's primary address. */
    private static Optional<Addr> ip(ServiceView service, PodView pod) {
        Optional<IpFamily> family = service.families().stream().findFirst();
        return family.isPresent() ? pod.ip(family.get()) : pod.ips().stream().findFirst();
    }

    private static ArrayNode subsets(ServiceView service, List<Entry> entries) {
        Map<List<EndpointPort>, ObjectNode> byPorts = new HashMap<>();
        for (Entry entry : entries) {
            ObjectNode subset = byPorts.computeIfAbsent(entry.ports(), EndpointSubsets::subset);
            subset.withArray(entry.ready() ? "/addresses" : "/notReadyAddresses")
                    .add(address(service, entry));
        }
        ArrayNode subsets = Json.array();
        byPorts.entrySet().stream()
                .sorted(Comparator.comparing(e -> e.getKey().toString()))
                .forEach(e -> {
                    ObjectNode subset = e.getValue();
                    if (!e.getKey().isEmpty()) {
                        ArrayNode ports = subset.putArray("ports");
                        e.getKey().forEach(port -> ports.add(port.toSubset()));
                    }
                    subsets.add(subset);
                });
        return subsets;
    }

    private static ObjectNode subset(List<EndpointPort> ports) {
        return Json.object();
    }

    private static ObjectNode address(ServiceView service, Entry entry) {
        ObjectNode address = Json.object().put("ip", entry.ip().toString());
        ServiceEndpoints.hostname(service, entry.pod())
                .ifPresent(name -> address.put("hostname", name));
        if (!entry.pod().nodeName().isEmpty()) {
            address.put("nodeName", entry.pod().nodeName());
        }
        address.set("targetRef", ServiceEndpoints.target(entry.pod()));
        return address;
    }
}
