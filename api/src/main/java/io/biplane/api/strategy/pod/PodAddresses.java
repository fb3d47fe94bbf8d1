package io.biplane.api.strategy.pod;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.validation.IpTexts;
import io.biplane.netip.IpFamily;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The addresses in a pod's status: at most one of each family, and the singular field is the first.
 */
final class PodAddresses {
    private PodAddresses() {}

    /**
     * Keeps {@code podIP} and {@code podIPs} together; where they differ, an old client changed the
     * one that it knows.
     */
    static void normalise(ObjectNode pod) {
        if (!(pod.get("status") instanceof ObjectNode status)) {
            return;
        }
        List<String> plural = texts(status.path("podIPs"));
        String singular = Fields.string(status, "podIP");
        if (!singular.isEmpty() && (plural.isEmpty() || !plural.getFirst().equals(singular))) {
            plural = List.of(singular);
        }
        status.remove(List.of("podIP", "podIPs"));
        if (!plural.isEmpty()) {
            status.put("podIP", plural.getFirst());
            ArrayNode list = status.putArray("podIPs");
            plural.forEach(ip -> list.addObject().put("ip", ip));
        }
    }

    static List<FieldError> validate(ObjectNode pod, ObjectNode old) {
        List<FieldError> errors = new ArrayList<>();
        check(pod, old, "podIPs", "", errors);
        check(pod, old, "hostIPs", ".ip", errors);
        List<String> hostIps = texts(Fields.at(pod, "status", "hostIPs"));
        if (!hostIps.isEmpty()
                && !hostIps.getFirst().equals(Fields.string(pod, "status", "hostIP"))) {
            errors.add(
                    FieldError.invalid(
                            "status.hostIPs[0].ip",
                            hostIps.getFirst(),
                            "must be equal to `hostIP`"));
        }
        return errors;
    }

    private static void check(
            ObjectNode pod, ObjectNode old, String field, String suffix, List<FieldError> errors) {
        JsonNode list = Fields.at(pod, "status", field);
        List<String> ips = texts(list);
        List<String> stored = texts(Fields.at(old, "status", field));
        for (int i = 0; i < ips.size(); i++) {
            errors.addAll(
                    IpTexts.address(
                            "status.%s[%d]%s".formatted(field, i, suffix), ips.get(i), stored));
        }
        Set<Optional<IpFamily>> families = new HashSet<>();
        ips.forEach(ip -> families.add(IpTexts.family(ip)));
        if (ips.size() > 2 || families.size() < ips.size()) {
            errors.add(
                    FieldError.invalid(
                            "status." + field,
                            list,
                            "may specify no more than one IP for each IP family"));
        }
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(ip -> Fields.string(ip, "ip")).toList();
    }
}
