package io.biplane.api.service;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.validation.IpTexts;
import io.biplane.api.validation.MetaValidation;
import io.biplane.api.validation.Names;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;

/**
 * The rules for a whole Service, after addresses and ports were allocated; faults come in
 * upstream's order.
 */
final class ServiceValidation {
    private static final int KUBELET_PORT = 10_250;
    private static final List<String> TYPES =
            List.of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
    private static final List<String> AFFINITIES = List.of("ClientIP", "None");
    private static final int LONGEST_AFFINITY_SECONDS = 86_400;

    private ServiceValidation() {}

    static List<FieldError> validate(ObjectNode service, @Nullable ObjectNode stored) {
        ServiceSpec spec = ServiceSpec.of(service);
        ServiceSpec old = stored == null ? null : ServiceSpec.of(stored);
        List<FieldError> errors =
                new ArrayList<>(MetaValidation.validate(service, true, Names::dns1035Label));
        if (spec.ports().isEmpty() && !spec.isHeadless() && !spec.isExternalName()) {
            errors.add(FieldError.required("spec.ports", ""));
        }
        type(spec, errors);
        errors.addAll(PortValidation.each(spec.ports()));
        errors.addAll(MetaValidation.labels("spec.selector", spec.get("selector")));
        affinity(spec, errors);
        errors.addAll(FamilyRelations.check(spec, old));
        List<String> externalIps = spec.texts("externalIPs");
        List<String> storedIps = old == null ? List.of() : old.texts("externalIPs");
        for (int i = 0; i < externalIps.size(); i++) {
            errors.addAll(
                    IpTexts.endpoint("spec.externalIPs[" + i + "]", externalIps.get(i), storedIps));
        }
        if (!TYPES.contains(spec.type())) {
            errors.add(FieldError.notSupported("spec.type", spec.type(), TYPES));
        }
        if (spec.isType("ClusterIP")) {
            noNodePorts(spec, errors);
        }
        errors.addAll(PortValidation.duplicates(spec.ports()));
        errors.addAll(LoadBalancerValidation.spec(spec, old));
        errors.addAll(TrafficValidation.validate(spec));
        return errors;
    }

    private static void type(ServiceSpec spec, List<FieldError> errors) {
        switch (spec.type()) {
            case "LoadBalancer" -> {
                List<ObjectNode> ports = spec.ports();
                for (int i = 0; i < ports.size(); i++) {
                    if (ports.get(i).path("port").intValue(0) == KUBELET_PORT) {
                        errors.add(
                                FieldError.invalid(
                                        "spec.ports[" + i + "]",
                                        IntNode.valueOf(KUBELET_PORT),
                                        "may not expose port 10250 externally since it is used by kubelet"));
                    }
                }
                refuseHeadless(spec, errors);
            }
            case "NodePort" -> refuseHeadless(spec, errors);
            case "ExternalName" -> externalName(spec, errors);
            default -> {}
        }
    }

    private static void refuseHeadless(ServiceSpec spec, List<FieldError> errors) {
        if (spec.isHeadless()) {
            String detail = "may not be set to 'None' for %s services".formatted(spec.type());
            errors.add(FieldError.invalid("spec.clusterIPs[0]", ServiceSpec.NONE, detail));
        }
    }

    private static void externalName(ServiceSpec spec, List<FieldError> errors) {
        for (String field : List.of("clusterIPs", "ipFamilies", "ipFamilyPolicy")) {
            if (spec.has(field)) {
                errors.add(
                        FieldError.forbidden(
                                "spec." + field, "may not be set for ExternalName services"));
            }
        }
        String name = spec.text("externalName");
        String withoutDot = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        if (withoutDot.isEmpty()) {
            errors.add(FieldError.required("spec.externalName", ""));
        } else {
            MetaValidation.add(
                    errors, "spec.externalName", withoutDot, Names.dnsSubdomain(withoutDot));
        }
    }

    private static void affinity(ServiceSpec spec, List<FieldError> errors) {
        String affinity = spec.text("sessionAffinity");
        if (!AFFINITIES.contains(affinity)) {
            errors.add(FieldError.notSupported("spec.sessionAffinity", affinity, AFFINITIES));
        }
        if (affinity.equals("ClientIP")) {
            String path = "spec.sessionAffinityConfig.clientIP.timeoutSeconds";
            JsonNode timeout =
                    Fields.at(spec.json(), "sessionAffinityConfig", "clientIP", "timeoutSeconds");
            int seconds = timeout.intValue(0);
            if (seconds <= 0 || seconds > LONGEST_AFFINITY_SECONDS) {
                errors.add(
                        FieldError.invalid(
                                path,
                                IntNode.valueOf(seconds),
                                "must be greater than 0 and less than "
                                        + LONGEST_AFFINITY_SECONDS));
            }
        } else if (affinity.equals("None") && spec.has("sessionAffinityConfig")) {
            errors.add(
                    FieldError.forbidden(
                            "spec.sessionAffinityConfig",
                            "must not be set when session affinity is None"));
        }
    }

    private static void noNodePorts(ServiceSpec spec, List<FieldError> errors) {
        List<ObjectNode> ports = spec.ports();
        for (int i = 0; i < ports.size(); i++) {
            if (ServiceSpec.nodePort(ports.get(i)) != 0) {
                String path = "spec.ports[" + i + "].nodePort";
                errors.add(
                        FieldError.forbidden(path, "may not be used when `type` is 'ClusterIP'"));
            }
        }
    }
}
