package io.biplane.api.service;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.validation.MetaValidation;
import io.biplane.api.validation.Names;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The rules for {@code spec.ports}. */
final class PortValidation {
    private static final List<String> PROTOCOLS = List.of("SCTP", "TCP", "UDP");

    private PortValidation() {}

    private static String path(int index) {
        return "spec.ports[" + index + "]";
    }

    /** The faults of each port by itself, and of their names. */
    static List<FieldError> each(List<ObjectNode> ports) {
        List<FieldError> errors = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < ports.size(); i++) {
            ObjectNode port = ports.get(i);
            String name = Fields.string(port, "name");
            if (name.isEmpty()) {
                if (ports.size() > 1) {
                    errors.add(FieldError.required(path(i) + ".name", ""));
                }
            } else {
                MetaValidation.add(errors, path(i) + ".name", name, Names.dnsLabel(name));
                if (!names.add(name)) {
                    errors.add(FieldError.duplicate(path(i) + ".name", name));
                }
            }
            number(path(i) + ".port", port.path("port"), errors);
            protocol(path(i) + ".protocol", Fields.string(port, "protocol"), errors);
            target(path(i) + ".targetPort", port.path("targetPort"), errors);
            String field = path(i) + ".appProtocol";
            Fields.givenString(port, "appProtocol")
                    .ifPresent(p -> MetaValidation.add(errors, field, p, Names.qualified(p)));
        }
        return errors;
    }

    private static void number(String field, JsonNode port, List<FieldError> errors) {
        int number = port.intValue(0);
        Names.portNumber(number)
                .forEach(fault ->
                        errors.add(FieldError.invalid(field, IntNode.valueOf(number), fault)));
    }

    private static void protocol(String field, String protocol, List<FieldError> errors) {
        if (protocol.isEmpty()) {
            errors.add(FieldError.required(field, ""));
        } else if (!PROTOCOLS.contains(protocol)) {
            errors.add(FieldError.notSupported(field, protocol, PROTOCOLS));
        }
    }

    private static void target(String field, JsonNode target, List<FieldError> errors) {
        if (target.isString()) {
            String name = target.stringValue();
            MetaValidation.add(errors, field, name, Names.portName(name));
        } else {
            number(field, target, errors);
        }
    }

    /** Repeated (protocol, nodePort), then repeated (protocol, port). */
    static List<FieldError> duplicates(List<ObjectNode> ports) {
        List<FieldError> errors = new ArrayList<>();
        Set<List<Object>> nodePorts = new HashSet<>();
        for (int i = 0; i < ports.size(); i++) {
            int nodePort = ServiceSpec.nodePort(ports.get(i));
            if (nodePort != 0
                    && !nodePorts.add(List.of(Fields.string(ports.get(i), "protocol"), nodePort))) {
                errors.add(FieldError.duplicate(path(i) + ".nodePort", IntNode.valueOf(nodePort)));
            }
        }
        Set<List<Object>> numbers = new HashSet<>();
        for (int i = 0; i < ports.size(); i++) {
            String protocol = Fields.string(ports.get(i), "protocol");
            int number = ports.get(i).path("port").intValue(0);
            if (!numbers.add(List.of(protocol, number))) {
                errors.add(FieldError.duplicate(path(i), key(protocol, number)));
            }
        }
        return errors;
    }

    /** What upstream prints of a repeated port: its internal structure with only these two set. */
    private static ObjectNode key(String protocol, int port) {
        ObjectNode key = Json.object().put("Name", "").put("Protocol", protocol);
        key.putNull("AppProtocol");
        return key.put("Port", port).put("TargetPort", 0).put("NodePort", 0);
    }
}
