package io.biplane.api.service;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.validation.IpTexts;
import io.biplane.api.validation.MetaValidation;
import io.biplane.api.validation.Names;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** The rules for the fields of load balancers. */
final class LoadBalancerValidation {
    private static final String ONLY_LOAD_BALANCER =
            "may only be used when `type` is 'LoadBalancer'";
    private static final List<String> IP_MODES = List.of("Proxy", "VIP");

    private LoadBalancerValidation() {}

    static List<FieldError> spec(ServiceSpec spec, @Nullable ServiceSpec old) {
        List<FieldError> errors = new ArrayList<>();
        sourceRanges(spec, old, errors);
        if (spec.isLoadBalancer()) {
            if (!spec.has("allocateLoadBalancerNodePorts")) {
                // That the path lacks spec is upstream's.
                errors.add(FieldError.required("allocateLoadBalancerNodePorts", ""));
            }
            Fields.givenString(spec.json(), "loadBalancerClass")
                    .ifPresent(name ->
                            MetaValidation.add(
                                    errors, "spec.loadBalancerClass", name, Names.qualified(name)));
        } else {
            for (String field : List.of("allocateLoadBalancerNodePorts", "loadBalancerClass")) {
                if (spec.has(field)) {
                    errors.add(FieldError.forbidden("spec." + field, ONLY_LOAD_BALANCER));
                }
            }
        }
        return errors;
    }

    /** The capital L is upstream's. */
    private static void sourceRanges(
            ServiceSpec spec, @Nullable ServiceSpec old, List<FieldError> errors) {
        String path = "spec.LoadBalancerSourceRanges";
        List<String> ranges =
                spec.texts("loadBalancerSourceRanges").stream().map(String::strip).toList();
        List<String> stored =
                old == null
                        ? List.of()
                        : old.texts("loadBalancerSourceRanges").stream()
                                .map(String::strip)
                                .toList();
        if (!ranges.isEmpty() && !spec.isLoadBalancer()) {
            errors.add(FieldError.forbidden(path, ONLY_LOAD_BALANCER));
        }
        for (int i = 0; i < ranges.size(); i++) {
            errors.addAll(IpTexts.prefix(path + "[" + i + "]", ranges.get(i), stored));
        }
    }

    /** The fault of a changed class. */
    static List<FieldError> update(ServiceSpec spec, ServiceSpec old) {
        if (!spec.isLoadBalancer()
                || !old.isLoadBalancer()
                || spec.same("loadBalancerClass", old)) {
            return List.of();
        }
        JsonNode now = spec.get("loadBalancerClass");
        return List.of(
                FieldError.invalid(
                        "spec.loadBalancerClass",
                        now == null ? NullNode.instance : now,
                        "may not change once set"));
    }

    /** The faults of {@code status.loadBalancer}. */
    static List<FieldError> status(ObjectNode service, ObjectNode old) {
        JsonNode ingress = Fields.at(service, "status", "loadBalancer", "ingress");
        List<FieldError> errors = new ArrayList<>();
        if (!ServiceSpec.of(service).isLoadBalancer()) {
            if (!ingress.isEmpty()) {
                String detail = "may only be used when `spec.type` is 'LoadBalancer'";
                errors.add(FieldError.forbidden("status.loadBalancer.ingress", detail));
            }
            return errors;
        }
        List<String> stored =
                StreamSupport.stream(
                                Fields.at(old, "status", "loadBalancer", "ingress").spliterator(),
                                false)
                        .map(i -> Fields.string(i, "ip"))
                        .toList();
        for (int i = 0; i < ingress.size(); i++) {
            ingress("status.loadBalancer.ingress[" + i + "]", ingress.get(i), stored, errors);
        }
        return errors;
    }

    private static void ingress(
            String path, JsonNode ingress, List<String> stored, List<FieldError> errors) {
        String ip = Fields.string(ingress, "ip");
        Optional<String> mode = Fields.givenString(ingress, "ipMode");
        if (!ip.isEmpty()) {
            errors.addAll(IpTexts.address(path + ".ip", ip, stored));
        }
        if (mode.isEmpty()) {
            if (!ip.isEmpty()) {
                errors.add(
                        FieldError.required(
                                path + ".ipMode", "must be specified when `ip` is set"));
            }
        } else if (ip.isEmpty()) {
            errors.add(
                    FieldError.forbidden(
                            path + ".ipMode", "may not be specified when `ip` is not set"));
        } else if (!IP_MODES.contains(mode.get())) {
            errors.add(FieldError.notSupported(path + ".ipMode", mode.get(), IP_MODES));
        }
        String hostname = Fields.string(ingress, "hostname");
        if (!hostname.isEmpty()) {
            MetaValidation.add(errors, path + ".hostname", hostname, Names.dnsSubdomain(hostname));
            if (IpTexts.lenient(hostname).isPresent()) {
                errors.add(
                        FieldError.invalid(
                                path + ".hostname",
                                hostname,
                                "must be a DNS name, not an IP address"));
            }
        }
    }
}
