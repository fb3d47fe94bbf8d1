package io.biplane.api.strategy.pod;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.validation.MetaValidation;
import io.biplane.api.validation.Names;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.IntNode;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The rules for a pod's spec, in a Pod and in the template of a workload alike. */
public final class PodSpecValidation {
    private static final List<String> RESTART_POLICIES = List.of("Always", "Never", "OnFailure");
    private static final List<String> DNS_POLICIES =
            List.of("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None");
    private static final List<String> PULL_POLICIES = List.of("Always", "IfNotPresent", "Never");
    private static final List<String> PROTOCOLS = List.of("SCTP", "TCP", "UDP");

    private final List<FieldError> errors = new ArrayList<>();
    private final Set<String> containerNames = new HashSet<>();
    private final Set<String> volumeNames = new HashSet<>();

    private PodSpecValidation() {}

    /**
     * The faults of a spec.
     *
     * @param path of the spec, such as {@code spec} or {@code spec.template.spec}
     */
    public static List<FieldError> validate(String path, JsonNode spec) {
        PodSpecValidation validation = new PodSpecValidation();
        validation.spec(path, spec);
        return validation.errors;
    }

    private void spec(String path, JsonNode spec) {
        volumes(path + ".volumes", spec.path("volumes"));
        if (spec.path("containers").isEmpty()) {
            errors.add(FieldError.required(path + ".containers", ""));
        }
        boolean hostNetwork = spec.path("hostNetwork").booleanValue(false);
        errors.addAll(OptionalFields.ofSpec(path, spec));
        errors.addAll(
                SecurityProfiles.validate(path + ".securityContext", spec.path("securityContext")));
        for (String list : List.of("containers", "initContainers")) {
            Set<List<Object>> hostPorts = new HashSet<>();
            for (int i = 0; i < spec.path(list).size(); i++) {
                container(
                        "%s.%s[%d]".formatted(path, list, i),
                        spec.path(list).get(i),
                        hostNetwork,
                        hostPorts);
            }
        }
        JsonNode ephemeral = spec.path("ephemeralContainers");
        for (int i = 0; i < ephemeral.size(); i++) {
            errors.addAll(
                    OptionalFields.ofContainer(
                            "%s.ephemeralContainers[%d]".formatted(path, i), ephemeral.get(i)));
        }
        oneOf(path + ".restartPolicy", Fields.string(spec, "restartPolicy"), RESTART_POLICIES);
        oneOf(path + ".dnsPolicy", Fields.string(spec, "dnsPolicy"), DNS_POLICIES);
        JsonNode grace = spec.path("terminationGracePeriodSeconds");
        if (grace.isNumber() && grace.longValue() < 0) {
            errors.add(
                    FieldError.invalid(
                            path + ".terminationGracePeriodSeconds",
                            grace,
                            "must be greater than or equal to 0"));
        }
        errors.addAll(MetaValidation.labels(path + ".nodeSelector", spec.get("nodeSelector")));
        name(path + ".serviceAccountName", Fields.string(spec, "serviceAccountName"), false);
        name(path + ".nodeName", Fields.string(spec, "nodeName"), false);
        name(path + ".hostname", Fields.string(spec, "hostname"), true);
        name(path + ".subdomain", Fields.string(spec, "subdomain"), true);
    }

    private void oneOf(String field, String value, List<String> supported) {
        if (value.isEmpty()) {
            errors.add(FieldError.required(field, ""));
        } else if (!supported.contains(value)) {
            errors.add(FieldError.notSupported(field, value, supported));
        }
    }

    private void name(String field, String name, boolean label) {
        if (!name.isEmpty()) {
            MetaValidation.add(
                    errors, field, name, label ? Names.dnsLabel(name) : Names.dnsSubdomain(name));
        }
    }

    private void volumes(String path, JsonNode volumes) {
        for (int i = 0; i < volumes.size(); i++) {
            uniqueLabel(
                    "%s[%d].name".formatted(path, i),
                    Fields.string(volumes.get(i), "name"),
                    volumeNames);
        }
    }

    private void uniqueLabel(String field, String name, Set<String> seen) {
        if (name.isEmpty()) {
            errors.add(FieldError.required(field, ""));
            return;
        }
        MetaValidation.add(errors, field, name, Names.dnsLabel(name));
        if (!seen.add(name)) {
            errors.add(FieldError.duplicate(field, name));
        }
    }

    private void container(
            String path, JsonNode container, boolean hostNetwork, Set<List<Object>> hostPorts) {
        uniqueLabel(path + ".name", Fields.string(container, "name"), containerNames);
        String image = Fields.string(container, "image");
        if (image.isEmpty()) {
            errors.add(FieldError.required(path + ".image", ""));
        } else if (!image.equals(image.strip())) {
            errors.add(
                    FieldError.invalid(
                            path + ".image",
                            image,
                            "must not have leading or trailing whitespace"));
        }
        oneOf(
                path + ".imagePullPolicy",
                Fields.string(container, "imagePullPolicy"),
                PULL_POLICIES);
        errors.addAll(OptionalFields.ofContainer(path, container));
        errors.addAll(
                SecurityProfiles.validate(
                        path + ".securityContext", container.path("securityContext")));
        ports(path + ".ports", container.path("ports"), hostNetwork, hostPorts);
        for (int i = 0; i < container.path("env").size(); i++) {
            String field = "%s.env[%d].name".formatted(path, i);
            String name = Fields.string(container.path("env").get(i), "name");
            if (name.isEmpty()) {
                errors.add(FieldError.required(field, ""));
            } else {
                MetaValidation.add(errors, field, name, Names.environmentVariable(name));
            }
        }
        for (int i = 0; i < container.path("volumeMounts").size(); i++) {
            mount("%s.volumeMounts[%d]".formatted(path, i), container.path("volumeMounts").get(i));
        }
    }

    private void mount(String path, JsonNode mount) {
        String name = Fields.string(mount, "name");
        if (name.isEmpty()) {
            errors.add(FieldError.required(path + ".name", ""));
        } else if (!volumeNames.contains(name)) {
            errors.add(
                    new FieldError(
                            FieldError.Type.NOT_FOUND, path + ".name", mount.get("name"), ""));
        }
        if (Fields.string(mount, "mountPath").isEmpty()) {
            errors.add(FieldError.required(path + ".mountPath", ""));
        }
    }

    private void ports(
            String path, JsonNode ports, boolean hostNetwork, Set<List<Object>> hostPorts) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < ports.size(); i++) {
            String at = "%s[%d]".formatted(path, i);
            JsonNode port = ports.get(i);
            String name = Fields.string(port, "name");
            if (!name.isEmpty()) {
                MetaValidation.add(errors, at + ".name", name, Names.portName(name));
                if (!names.add(name)) {
                    errors.add(FieldError.duplicate(at + ".name", name));
                }
            }
            int number = port.path("containerPort").intValue(0);
            if (number == 0) {
                errors.add(FieldError.required(at + ".containerPort", ""));
            } else {
                number(at + ".containerPort", number);
            }
            oneOf(at + ".protocol", Fields.string(port, "protocol"), PROTOCOLS);
            hostPort(at + ".hostPort", port, number, hostNetwork, hostPorts);
        }
    }

    private void number(String field, int number) {
        Names.portNumber(number)
                .forEach(fault ->
                        errors.add(FieldError.invalid(field, IntNode.valueOf(number), fault)));
    }

    private void hostPort(
            String field,
            JsonNode port,
            int number,
            boolean hostNetwork,
            Set<List<Object>> hostPorts) {
        int hostPort = port.path("hostPort").intValue(0);
        if (hostPort == 0) {
            return;
        }
        number(field, hostPort);
        if (hostNetwork && hostPort != number) {
            errors.add(
                    FieldError.invalid(
                            field,
                            IntNode.valueOf(hostPort),
                            "must match `containerPort` when `hostNetwork` is true"));
        }
        String protocol = Fields.string(port, "protocol");
        String hostIp = Fields.string(port, "hostIP");
        if (!hostPorts.add(List.of(protocol, hostIp, hostPort))) {
            errors.add(
                    FieldError.duplicate(field, "%s/%s/%d".formatted(protocol, hostIp, hostPort)));
        }
    }
}
