package io.biplane.api.strategy;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.Resource;
import io.biplane.api.validation.IpTexts;
import io.biplane.api.validation.MetaValidation;
import io.biplane.api.validation.Names;
import io.biplane.netip.IpFamily;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The rules of EndpointSlices: all addresses of a slice are of one family, for good. */
public final class EndpointSliceStrategy extends NamedStrategy {
    private static final List<String> TYPES = List.of("FQDN", "IPv4", "IPv6");
    private static final List<String> PROTOCOLS = List.of("SCTP", "TCP", "UDP");
    private static final int MOST_ENDPOINTS = 1000;
    private static final int MOST_ADDRESSES = 100;
    private static final int MOST_PORTS = 20_000;

    public EndpointSliceStrategy(Resource resource) {
        super(resource);
    }

    @Override
    public void applyDefaults(ObjectNode slice) {
        for (ObjectNode port : objects(slice.path("ports"))) {
            if (!port.has("protocol")) {
                port.put("protocol", "TCP");
            }
            if (!port.has("name")) {
                port.put("name", "");
            }
        }
    }

    @Override
    protected void check(ObjectNode slice, List<FieldError> errors) {
        String type = Fields.string(slice, "addressType");
        if (type.isEmpty()) {
            errors.add(FieldError.required("addressType", ""));
        } else if (!TYPES.contains(type)) {
            errors.add(FieldError.notSupported("addressType", type, TYPES));
        }
        JsonNode endpoints = slice.path("endpoints");
        if (endpoints.size() > MOST_ENDPOINTS) {
            errors.add(FieldError.tooMany("endpoints", endpoints.size(), MOST_ENDPOINTS));
        } else {
            for (int i = 0; i < endpoints.size(); i++) {
                endpoint("endpoints[" + i + "]", endpoints.get(i), type, errors);
            }
        }
        ports(slice.path("ports"), errors);
    }

    private static void endpoint(
            String path, JsonNode endpoint, String type, List<FieldError> errors) {
        JsonNode addresses = endpoint.path("addresses");
        if (addresses.isEmpty()) {
            errors.add(FieldError.required(path + ".addresses", "must contain at least 1 address"));
        } else if (addresses.size() > MOST_ADDRESSES) {
            errors.add(FieldError.tooMany(path + ".addresses", addresses.size(), MOST_ADDRESSES));
        }
        for (int i = 0; i < addresses.size(); i++) {
            address(path + ".addresses[" + i + "]", addresses.get(i).stringValue(""), type, errors);
        }
        Fields.givenString(endpoint, "hostname")
                .ifPresent(name ->
                        MetaValidation.add(errors, path + ".hostname", name, Names.dnsLabel(name)));
        Fields.givenString(endpoint, "nodeName")
                .ifPresent(name ->
                        MetaValidation.add(
                                errors, path + ".nodeName", name, Names.dnsSubdomain(name)));
    }

    private static void address(String path, String address, String type, List<FieldError> errors) {
        if (type.equals("FQDN")) {
            MetaValidation.add(errors, path, address, Names.dnsSubdomain(address));
            return;
        }
        List<FieldError> faults = new ArrayList<>(IpTexts.endpoint(path, address, List.of()));
        boolean otherFamily =
                IpTexts.family(address)
                        .map(IpFamily::apiName)
                        .filter(f -> !f.equals(type))
                        .isPresent();
        if (otherFamily && TYPES.contains(type)) {
            // Upstream names the list here, not the entry.
            String list = path.substring(0, path.lastIndexOf('['));
            faults.add(FieldError.invalid(list, address, "must be an %s address".formatted(type)));
        }
        errors.addAll(faults);
    }

    private static void ports(JsonNode ports, List<FieldError> errors) {
        if (ports.size() > MOST_PORTS) {
            errors.add(FieldError.tooMany("ports", ports.size(), MOST_PORTS));
            return;
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < ports.size(); i++) {
            String path = "ports[" + i + "]";
            String name = Fields.string(ports.get(i), "name");
            if (!name.isEmpty()) {
                MetaValidation.add(errors, path + ".name", name, Names.dnsLabel(name));
            }
            if (!names.add(name)) {
                errors.add(FieldError.duplicate(path + ".name", name));
            }
            String protocol = Fields.string(ports.get(i), "protocol");
            if (!PROTOCOLS.contains(protocol)) {
                errors.add(FieldError.notSupported(path + ".protocol", protocol, PROTOCOLS));
            }
            Fields.givenString(ports.get(i), "appProtocol")
                    .ifPresent(value ->
                            MetaValidation.add(
                                    errors, path + ".appProtocol", value, Names.qualified(value)));
            JsonNode number = ports.get(i).path("port");
            if (!number.isMissingNode() && !number.isNull()) {
                int value = number.intValue(0);
                Names.portNumber(value)
                        .forEach(f ->
                                errors.add(
                                        FieldError.invalid(
                                                path + ".port", IntNode.valueOf(value), f)));
            }
        }
    }

    @Override
    protected void checkChange(ObjectNode slice, ObjectNode old, List<FieldError> errors) {
        String type = Fields.string(slice, "addressType");
        if (!type.equals(Fields.string(old, "addressType"))) {
            errors.add(FieldError.invalid("addressType", type, "field is immutable"));
        }
    }
}
