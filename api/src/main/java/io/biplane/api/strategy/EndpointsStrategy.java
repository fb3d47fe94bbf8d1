package io.biplane.api.strategy;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.Resource;
import io.biplane.api.validation.IpTexts;
import io.biplane.api.validation.MetaValidation;
import io.biplane.api.validation.Names;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/** The rules of Endpoints. */
public final class EndpointsStrategy extends NamedStrategy {
    private static final List<String> PROTOCOLS = List.of("SCTP", "TCP", "UDP");

    public EndpointsStrategy(Resource resource) {
        super(resource);
    }

    @Override
    public void applyDefaults(ObjectNode endpoints) {
        for (JsonNode subset : endpoints.path("subsets")) {
            objects(subset.path("ports")).forEach(port -> fill(port, "protocol", "TCP"));
        }
    }

    @Override
    protected void check(ObjectNode endpoints, List<FieldError> errors) {
        JsonNode subsets = endpoints.path("subsets");
        for (int i = 0; i < subsets.size(); i++) {
            String path = "subsets[" + i + "]";
            JsonNode subset = subsets.get(i);
            if (subset.path("addresses").isEmpty() && subset.path("notReadyAddresses").isEmpty()) {
                errors.add(
                        FieldError.required(
                                path, "must specify `addresses` or `notReadyAddresses`"));
            }
            for (String field : List.of("addresses", "notReadyAddresses")) {
                for (int a = 0; a < subset.path(field).size(); a++) {
                    String at = "%s.%s[%d]".formatted(path, field, a);
                    address(at, subset.path(field).get(a), errors);
                }
            }
            JsonNode ports = subset.path("ports");
            for (int p = 0; p < ports.size(); p++) {
                port("%s.ports[%d]".formatted(path, p), ports.get(p), ports.size() > 1, errors);
            }
        }
    }

    private static void address(String path, JsonNode address, List<FieldError> errors) {
        errors.addAll(IpTexts.endpoint(path + ".ip", Fields.string(address, "ip"), List.of()));
        Fields.optionalString(address, "hostname")
                .ifPresent(name ->
                        MetaValidation.add(errors, path + ".hostname", name, Names.dnsLabel(name)));
        Fields.givenString(address, "nodeName")
                .ifPresent(name ->
                        MetaValidation.add(
                                errors, path + ".nodeName", name, Names.dnsSubdomain(name)));
    }

    private static void port(
            String path, JsonNode port, boolean needsName, List<FieldError> errors) {
        String name = Fields.string(port, "name");
        if (!name.isEmpty()) {
            MetaValidation.add(errors, path + ".name", name, Names.dnsLabel(name));
        } else if (needsName) {
            errors.add(FieldError.required(path + ".name", ""));
        }
        int number = port.path("port").intValue(0);
        Names.portNumber(number)
                .forEach(f ->
                        errors.add(FieldError.invalid(path + ".port", IntNode.valueOf(number), f)));
        String protocol = Fields.string(port, "protocol");
        if (!PROTOCOLS.contains(protocol)) {
            errors.add(FieldError.notSupported(path + ".protocol", protocol, PROTOCOLS));
        }
        Fields.givenString(port, "appProtocol")
                .ifPresent(value ->
                        MetaValidation.add(
                                errors, path + ".appProtocol", value, Names.qualified(value)));
    }
}
