package io.biplane.controllers.endpoints;

import io.biplane.api.Json;
import io.biplane.api.view.NodeView;
import io.biplane.api.view.PodView;
import io.biplane.api.view.ServiceView;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;

import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Which endpoints a Service should have, in each family, by the ports they answer on. Pure. */
final class ServiceEndpoints {
    private static final String ZONE = "topology.kubernetes.io/zone";

    /** For each family that is wanted, the endpoints by port list; empty where there are none. */
    private final Map<IpFamily, Map<List<EndpointPort>, List<ObjectNode>>> byFamily =
            new LinkedHashMap<>();

    private final List<String> unknownNodes = new ArrayList<>();

    private ServiceEndpoints() {}

    /**
     * Computes them.
     *
     * @param pods those that the Service selects
     * @param nodeOf finds a Pod's Node by its name
     */
    static ServiceEndpoints of(
            ServiceView service,
            Collection<PodView> pods,
            Function<String, Optional<NodeView>> nodeOf) {
        ServiceEndpoints wanted = new ServiceEndpoints();
        families(service).forEach(family -> wanted.byFamily.put(family, new LinkedHashMap<>()));
        for (PodView pod : pods) {
            if (!pod.terminal() && !pod.ips().isEmpty()) {
                wanted.add(service, pod, nodeOf);
            }
        }
        return wanted;
    }

    /** A headless Service of an API server that knows no families has endpoints of both. */
    private static List<IpFamily> families(ServiceView service) {
        return service.families().isEmpty() ? List.of(IpFamily.values()) : service.families();
    }

    private void add(
            ServiceView service, PodView pod, Function<String, Optional<NodeView>> nodeOf) {
        Optional<NodeView> node = nodeOf.apply(pod.nodeName());
        if (node.isEmpty() && !service.publishNotReadyAddresses()) {
            unknownNodes.add(pod.nodeName());
            return;
        }
        List<EndpointPort> ports = EndpointPort.of(service, pod);
        String zone = node.map(ServiceEndpoints::zone).orElse("");
        byFamily.forEach((family, groups) ->
                pod.ip(family)
                        .ifPresent(ip ->
                                groups.computeIfAbsent(ports, _ -> new ArrayList<>())
                                        .add(endpoint(service, pod, ip, zone))));
    }

    /** "" for a node of no zone. */
    static String zone(NodeView node) {
        return node.labels().getOrDefault(ZONE, "");
    }

    private static ObjectNode endpoint(ServiceView service, PodView pod, Addr ip, String zone) {
        boolean serving = pod.ready();
        boolean terminating = pod.terminating();
        boolean ready = service.publishNotReadyAddresses() || (serving && !terminating);
        ObjectNode endpoint = Json.object();
        endpoint.putArray("addresses").add(ip.toString());
        endpoint.putObject("conditions")
                .put("ready", ready)
                .put("serving", serving)
                .put("terminating", terminating);
        hostname(service, pod).ifPresent(name -> endpoint.put("hostname", name));
        if (!pod.nodeName().isEmpty()) {
            endpoint.put("nodeName", pod.nodeName());
        }
        endpoint.set("targetRef", target(pod));
        return zone.isEmpty() ? endpoint : endpoint.put("zone", zone);
    }

    /** A Pod has a name of its own in DNS when its subdomain is this Service. */
    static Optional<String> hostname(ServiceView service, PodView pod) {
        return pod.subdomain().equals(service.name()) && !pod.hostname().isEmpty()
                ? Optional.of(pod.hostname())
                : Optional.empty();
    }

    static ObjectNode target(PodView pod) {
        return Json.object()
                .put("kind", "Pod")
                .put("name", pod.name())
                .put("namespace", pod.namespace())
                .put("uid", pod.uid());
    }

    Map<IpFamily, Map<List<EndpointPort>, List<ObjectNode>>> byFamily() {
        return byFamily;
    }

    /** Nodes of Pods that were left out because their Node is not known (yet). */
    List<String> unknownNodes() {
        return unknownNodes;
    }
}
