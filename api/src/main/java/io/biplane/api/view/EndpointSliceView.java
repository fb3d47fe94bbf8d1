package io.biplane.api.view;

import io.biplane.api.Fields;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An EndpointSlice (discovery.k8s.io/v1).
 *
 * @param family empty for address type FQDN
 * @param service label {@code kubernetes.io/service-name}; "" when the slice belongs to none
 * @param ports empty optional when {@code ports} is null, which means all ports
 */
public record EndpointSliceView(
        ObjectNode json,
        Meta meta,
        Optional<IpFamily> family,
        String service,
        List<Endpoint> endpoints,
        Optional<List<Port>> ports)
        implements Viewed {

    /** The label that ties a slice to its Service. */
    public static final String SERVICE_LABEL = "kubernetes.io/service-name";

    /**
     * An endpoint: absent {@code ready} means ready, absent {@code serving} means as ready.
     *
     * @param addresses all mean the same endpoint; consumers use the first
     * @param nodeName "" where unknown
     * @param targetName name of the Pod behind it, "" where unknown
     */
    public record Endpoint(
            List<Addr> addresses,
            boolean ready,
            boolean serving,
            boolean terminating,
            String nodeName,
            String zone,
            String hostname,
            String targetName) {}

    /** A port; {@code port} 0 means any port. */
    public record Port(String name, String protocol, int port, String appProtocol) {}

    /** Views the tree of an EndpointSlice. */
    public static EndpointSliceView of(ObjectNode slice) {
        String addressType = Fields.text(slice, "addressType");
        JsonNode ports = Fields.find(slice, "ports");
        return new EndpointSliceView(
                slice,
                Meta.of(slice),
                addressType.equals("FQDN")
                        ? Optional.empty()
                        : Optional.of(IpFamily.ofApiName(addressType)),
                Fields.text(slice, "metadata", "labels", SERVICE_LABEL),
                Fields.list(slice, "endpoints").stream().map(EndpointSliceView::endpoint).toList(),
                ports == null
                        ? Optional.empty()
                        : Optional.of(
                                Fields.list(slice, "ports").stream()
                                        .map(EndpointSliceView::port)
                                        .toList()));
    }

    public String namespace() {
        return meta.namespace();
    }

    public String name() {
        return meta.name();
    }

    public Map<String, String> labels() {
        return meta.labels();
    }

    private static Endpoint endpoint(JsonNode endpoint) {
        boolean ready = !Fields.text(endpoint, "conditions", "ready").equals("false");
        String serving = Fields.text(endpoint, "conditions", "serving");
        return new Endpoint(
                Fields.addrs(Fields.texts(endpoint, "addresses")),
                ready,
                serving.isEmpty() ? ready : serving.equals("true"),
                Fields.flag(endpoint, "conditions", "terminating"),
                Fields.text(endpoint, "nodeName"),
                Fields.text(endpoint, "zone"),
                Fields.text(endpoint, "hostname"),
                Fields.text(endpoint, "targetRef", "name"));
    }

    private static Port port(JsonNode port) {
        return new Port(
                Fields.text(port, "name"),
                Fields.optionalText(port, "protocol").orElse("TCP"),
                Fields.number(port, 0, "port"),
                Fields.text(port, "appProtocol"));
    }
}
