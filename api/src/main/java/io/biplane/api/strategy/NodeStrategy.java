package io.biplane.api.strategy;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.validation.IpTexts;
import io.biplane.api.validation.MetaValidation;
import io.biplane.api.validation.Names;
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
 * The rules of Nodes: at most one pod subnet of each family, which never changes once it is there.
 */
public final class NodeStrategy extends NamedStrategy {
    private static final List<String> TAINT_EFFECTS =
            List.of("NoExecute", "NoSchedule", "PreferNoSchedule");

    public NodeStrategy(Resource resource) {
        super(resource);
    }

    /**
     * Keeps the singular and the plural field together; where they differ, an old client changed
     * the one that it knows.
     */
    @Override
    public void applyDefaults(ObjectNode node) {
        ObjectNode spec = Json.child(node, "spec");
        List<String> plural = texts(spec.path("podCIDRs"));
        String singular = Fields.string(spec, "podCIDR");
        if (!singular.isEmpty() && (plural.isEmpty() || !plural.getFirst().equals(singular))) {
            plural = List.of(singular);
        }
        spec.remove(List.of("podCIDR", "podCIDRs"));
        if (!plural.isEmpty()) {
            spec.put("podCIDR", plural.getFirst());
            ArrayNode list = spec.putArray("podCIDRs");
            plural.forEach(list::add);
        }
        Json.child(node, "status");
    }

    /** A kubelet registers its node together with the status. */
    @Override
    public void prepareForCreate(ObjectNode node) {}

    @Override
    protected void check(ObjectNode node, List<FieldError> errors) {
        List<String> cidrs = texts(Fields.at(node, "spec", "podCIDRs"));
        Set<Optional<IpFamily>> families = new HashSet<>();
        for (int i = 0; i < cidrs.size(); i++) {
            // Host bits are cut off by whoever uses the block, as upstream does.
            families.add(IpTexts.prefixFamily(cidrs.get(i)));
            if (IpTexts.prefixFamily(cidrs.get(i)).isEmpty()) {
                errors.addAll(IpTexts.prefix("spec.podCIDRs[" + i + "]", cidrs.get(i), List.of()));
            }
        }
        if (cidrs.size() > 1 && (cidrs.size() > 2 || families.size() < 2)) {
            errors.add(
                    FieldError.invalid(
                            "spec.podCIDRs",
                            Fields.at(node, "spec", "podCIDRs"),
                            "may specify no more than one CIDR for each IP family"));
        }
        taints(Fields.at(node, "spec", "taints"), errors);
        addresses(node, errors);
    }

    private static void taints(JsonNode taints, List<FieldError> errors) {
        for (int i = 0; i < taints.size(); i++) {
            String path = "spec.taints[" + i + "]";
            String key = Fields.string(taints.get(i), "key");
            MetaValidation.add(errors, path + ".key", key, Names.qualified(key));
            String value = Fields.string(taints.get(i), "value");
            MetaValidation.add(errors, path + ".value", value, Names.labelValue(value));
            String effect = Fields.string(taints.get(i), "effect");
            if (!TAINT_EFFECTS.contains(effect)) {
                errors.add(FieldError.notSupported(path + ".effect", effect, TAINT_EFFECTS));
            }
        }
    }

    private static void addresses(ObjectNode node, List<FieldError> errors) {
        Set<List<String>> seen = new HashSet<>();
        JsonNode addresses = Fields.at(node, "status", "addresses");
        for (int i = 0; i < addresses.size(); i++) {
            if (!seen.add(
                    List.of(
                            Fields.string(addresses.get(i), "type"),
                            Fields.string(addresses.get(i), "address")))) {
                errors.add(FieldError.duplicate("status.addresses[" + i + "]", addresses.get(i)));
            }
        }
    }

    @Override
    protected void checkChange(ObjectNode node, ObjectNode old, List<FieldError> errors) {
        List<String> before = texts(Fields.at(old, "spec", "podCIDRs"));
        if (!before.isEmpty() && !before.equals(texts(Fields.at(node, "spec", "podCIDRs")))) {
            errors.add(
                    FieldError.forbidden(
                            "spec.podCIDRs",
                            "node updates may not change podCIDR except from \"\" to valid"));
        }
        String provider = Fields.string(old, "spec", "providerID");
        if (!provider.isEmpty() && !provider.equals(Fields.string(node, "spec", "providerID"))) {
            errors.add(
                    FieldError.forbidden(
                            "spec.providerID",
                            "node updates may not change providerID except from \"\" to valid"));
        }
    }

    @Override
    public List<FieldError> validateStatusUpdate(ObjectNode node, ObjectNode old) {
        List<FieldError> errors = new ArrayList<>();
        addresses(node, errors);
        return errors;
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(n -> n.stringValue("")).toList();
    }
}
