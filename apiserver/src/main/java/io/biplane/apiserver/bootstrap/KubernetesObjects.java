package io.biplane.apiserver.bootstrap;

import io.biplane.api.Json;
import io.biplane.api.kind.Kinds;
import io.biplane.apiserver.config.ApiServerConfig;
import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Locale;

/** The objects named {@code kubernetes} of the namespace {@code default}, as they should be. */
final class KubernetesObjects {
    static final String NAME = "kubernetes";
    private static final int SERVICE_PORT = 443;

    private final ApiServerConfig config;

    KubernetesObjects(ApiServerConfig config) {
        this.config = config;
    }

    /** Upstream keeps this Service in the first family alone; here both wings carry it. */
    ObjectNode service() {
        ObjectNode service = object("v1", "Service", NAME);
        ObjectNode labels = Json.child(Json.child(service, "metadata"), "labels");
        labels.put("component", "apiserver").put("provider", NAME);
        ObjectNode spec = service.putObject("spec").put("type", "ClusterIP");
        List<Prefix> ranges = config.serviceClusterIpRange();
        spec.put("clusterIP", firstUsable(ranges.getFirst()).toString());
        ArrayNode addresses = spec.putArray("clusterIPs");
        ArrayNode families = spec.putArray("ipFamilies");
        for (Prefix range : ranges) {
            addresses.add(firstUsable(range).toString());
            families.add(range.family().apiName());
        }
        spec.put("ipFamilyPolicy", ranges.size() == 2 ? "RequireDualStack" : "SingleStack");
        spec.put("sessionAffinity", "None");
        spec.putArray("ports")
                .addObject()
                .put("name", "https")
                .put("protocol", "TCP")
                .put("port", SERVICE_PORT)
                .put("targetPort", config.securePort());
        return service;
    }

    /** The address that upstream gives to this Service, too. */
    static Addr firstUsable(Prefix range) {
        return range.at(1);
    }

    /** Endpoints know one family: the first. */
    ObjectNode endpoints() {
        ObjectNode endpoints = object("v1", "Endpoints", NAME);
        Json.child(Json.child(endpoints, "metadata"), "labels")
                .put("endpointslice.kubernetes.io/skip-mirror", "true");
        ObjectNode subset = endpoints.putArray("subsets").addObject();
        subset.putArray("addresses")
                .addObject()
                .put("ip", config.advertiseAddresses().getFirst().toString());
        subset.putArray("ports").add(port());
        return endpoints;
    }

    /** One slice for each family in which the server is reached. */
    List<ObjectNode> endpointSlices() {
        return config.advertiseAddresses().stream().map(this::endpointSlice).toList();
    }

    private ObjectNode endpointSlice(Addr address) {
        boolean primary = address.equals(config.advertiseAddresses().getFirst());
        String family = address.family().apiName();
        String name = primary ? NAME : NAME + "-" + family.toLowerCase(Locale.ROOT);
        ObjectNode slice = object(Kinds.ENDPOINT_SLICES.apiVersion(), "EndpointSlice", name);
        Json.child(Json.child(slice, "metadata"), "labels").put("kubernetes.io/service-name", NAME);
        slice.put("addressType", family);
        ObjectNode endpoint = slice.putArray("endpoints").addObject();
        endpoint.putArray("addresses").add(address.toString());
        endpoint.putObject("conditions").put("ready", true);
        slice.putArray("ports").add(port());
        return slice;
    }

    private ObjectNode port() {
        return Json.object()
                .put("name", "https")
                .put("port", config.securePort())
                .put("protocol", "TCP");
    }

    private static ObjectNode object(String apiVersion, String kind, String name) {
        ObjectNode object = Json.object().put("apiVersion", apiVersion).put("kind", kind);
        object.putObject("metadata").put("name", name).put("namespace", "default");
        return object;
    }
}
