package io.biplane.api.strategy;

import io.biplane.api.FieldError;
import io.biplane.api.Json;
import io.biplane.api.Kinds;
import io.biplane.api.validation.IpTexts;
import io.biplane.api.validation.MetaValidation;
import io.biplane.api.validation.Names;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.stream.Stream;

/**
 * The rules of IPAddresses: the name is the address, in its canonical form; whose it is never
 * changes.
 */
final class IpAddressStrategy extends NamedStrategy {
    private static final String PARENT = "spec.parentRef";

    IpAddressStrategy() {
        super(Kinds.IP_ADDRESSES, IpTexts::canonicalAddress);
    }

    @Override
    protected void check(ObjectNode address, List<FieldError> errors) {
        JsonNode parent = Json.at(address, "spec", "parentRef");
        if (!parent.isObject()) {
            errors.add(FieldError.required(PARENT, ""));
            return;
        }
        String group = Json.string(parent, "group");
        if (!group.isEmpty()) {
            MetaValidation.add(errors, PARENT + ".group", group, Names.dnsSubdomain(group));
        }
        for (String field : List.of("resource", "name", "namespace")) {
            String path = PARENT + "." + field;
            String value = Json.string(parent, field);
            if (!value.isEmpty()) {
                MetaValidation.add(errors, path, value, Names.pathSegment(value));
            } else if (!field.equals("namespace")) {
                errors.add(FieldError.required(path, ""));
            }
        }
    }

    @Override
    protected void checkChange(ObjectNode address, ObjectNode old, List<FieldError> errors) {
        JsonNode parent = Json.at(address, "spec", "parentRef");
        if (!fields(parent).equals(fields(Json.at(old, "spec", "parentRef")))) {
            errors.add(FieldError.invalid(PARENT, parent, "field is immutable"));
        }
    }

    /** An absent field and an empty one are the same. */
    private static List<String> fields(JsonNode parent) {
        return Stream.of("group", "resource", "namespace", "name")
                .map(field -> Json.string(parent, field))
                .toList();
    }
}
