package io.biplane.api.kind.networking;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.Resource;
import io.biplane.api.registry.Kind;
import io.biplane.api.strategy.NamedStrategy;
import io.biplane.api.table.Column;
import io.biplane.api.validation.IpTexts;
import io.biplane.api.validation.MetaValidation;
import io.biplane.api.validation.Names;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** IPAddresses. */
public final class IpAddresses {
    public static final Kind KIND =
            Kind.named("networking.k8s.io", "v1", "ipaddresses", "IPAddress")
                    .clusterScoped()
                    .shortNames("ip")
                    .countsNoGeneration()
                    .columns(
                            Column.objectName(),
                            Column.text(
                                    "ParentRef",
                                    "The object that holds the address.",
                                    (address, now) ->
                                            parent(Fields.at(address, "spec", "parentRef"))),
                            Column.age())
                    .rules(Rules::new)
                    .build();

    private IpAddresses() {}

    /** {@code services/default/kubernetes}, {@code networking.k8s.io/ingresses/default/a}. */
    private static String parent(JsonNode reference) {
        return Stream.of("group", "resource", "namespace", "name")
                .map(field -> Fields.string(reference, field))
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("/"));
    }

    /**
     * The rules of IPAddresses: the name is the address, in its canonical form; whose it is never
     * changes.
     */
    private static final class Rules extends NamedStrategy {
        private static final String PARENT = "spec.parentRef";

        Rules(Resource resource) {
            super(resource, IpTexts::canonicalAddress);
        }

        @Override
        protected void check(ObjectNode address, List<FieldError> errors) {
            JsonNode parent = Fields.at(address, "spec", "parentRef");
            if (!parent.isObject()) {
                errors.add(FieldError.required(PARENT, ""));
                return;
            }
            String group = Fields.string(parent, "group");
            if (!group.isEmpty()) {
                MetaValidation.add(errors, PARENT + ".group", group, Names.dnsSubdomain(group));
            }
            for (String field : List.of("resource", "name", "namespace")) {
                String path = PARENT + "." + field;
                String value = Fields.string(parent, field);
                if (!value.isEmpty()) {
                    MetaValidation.add(errors, path, value, Names.pathSegment(value));
                } else if (!field.equals("namespace")) {
                    errors.add(FieldError.required(path, ""));
                }
            }
        }

        @Override
        protected void checkChange(ObjectNode address, ObjectNode old, List<FieldError> errors) {
            JsonNode parent = Fields.at(address, "spec", "parentRef");
            if (!fields(parent).equals(fields(Fields.at(old, "spec", "parentRef")))) {
                errors.add(FieldError.invalid(PARENT, parent, "field is immutable"));
            }
        }

        /** An absent field and an empty one are the same. */
        private static List<String> fields(JsonNode parent) {
            return Stream.of("group", "resource", "namespace", "name")
                    .map(field -> Fields.string(parent, field))
                    .toList();
        }
    }
}
