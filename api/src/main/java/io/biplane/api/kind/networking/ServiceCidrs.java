package io.biplane.api.kind.networking;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.Resource;
import io.biplane.api.registry.Kind;
import io.biplane.api.strategy.NamedStrategy;
import io.biplane.api.table.Column;
import io.biplane.api.validation.IpTexts;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** ServiceCIDRs. */
public final class ServiceCidrs {
    public static final Kind KIND =
            Kind.named("networking.k8s.io", "v1", "servicecidrs", "ServiceCIDR")
                    .clusterScoped()
                    .status()
                    .countsNoGeneration()
                    .columns(
                            Column.objectName(),
                            Column.text(
                                    "CIDRs",
                                    "The blocks that Services get their addresses from.",
                                    (range, now) ->
                                            Fields.at(range, "spec", "cidrs")
                                                    .valueStream()
                                                    .map(cidr -> cidr.stringValue(""))
                                                    .collect(Collectors.joining(","))),
                            Column.age())
                    .rules(Rules::new)
                    .build();

    private ServiceCidrs() {}

    /**
     * The rules of ServiceCIDRs: one block of each family at most, never changed but for a second
     * one that joins the first.
     */
    private static final class Rules extends NamedStrategy {
        /**
         * The shortest IPv6 prefix that upstream's allocator serves; here it is refused in its
         * words.
         */
        private static final int SHORTEST_IPV6_PREFIX = 64;

        private static final String PATH = "spec.cidrs";

        Rules(Resource resource) {
            super(resource);
        }

        @Override
        protected void check(ObjectNode range, List<FieldError> errors) {
            JsonNode spec = range.path("spec");
            List<String> cidrs = cidrs(range);
            List<Optional<IpFamily>> families = cidrs.stream().map(IpTexts::prefixFamily).toList();
            if (cidrs.isEmpty()) {
                errors.add(FieldError.required(PATH, "at least one CIDR required"));
            } else if (cidrs.size() > 2) {
                errors.add(FieldError.invalid(PATH, spec, "may only hold up to 2 values"));
            } else if (cidrs.size() == 2
                    && (families.contains(Optional.<IpFamily>empty())
                            || families.getFirst().equals(families.getLast()))) {
                errors.add(
                        FieldError.invalid(
                                PATH,
                                spec,
                                "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64"));
            } else {
                for (int i = 0; i < cidrs.size(); i++) {
                    cidr(PATH + "[" + i + "]", cidrs.get(i), errors);
                }
            }
        }

        private static void cidr(String path, String text, List<FieldError> errors) {
            List<FieldError> faults = IpTexts.canonicalPrefix(path, text);
            errors.addAll(faults);
            if (faults.isEmpty()) {
                Prefix prefix = Prefix.parse(text);
                if (prefix.family() == IpFamily.IPV6 && prefix.bits() < SHORTEST_IPV6_PREFIX) {
                    errors.add(
                            FieldError.invalid(
                                    path,
                                    text,
                                    "shortest allowed prefix length for service CIDR is %d, got %d"
                                            .formatted(SHORTEST_IPV6_PREFIX, prefix.bits())));
                }
            }
        }

        @Override
        protected void checkChange(ObjectNode range, ObjectNode old, List<FieldError> errors) {
            List<String> before = cidrs(old);
            List<String> after = cidrs(range);
            boolean secondJoins =
                    before.size() == 1
                            && after.size() == 2
                            && after.getFirst().equals(before.getFirst());
            if (!after.equals(before) && !secondJoins) {
                errors.add(
                        FieldError.invalid(
                                PATH, Fields.at(range, "spec", "cidrs"), "field is immutable"));
            }
        }

        private static List<String> cidrs(ObjectNode range) {
            return Fields.at(range, "spec", "cidrs")
                    .valueStream()
                    .map(c -> c.stringValue(""))
                    .toList();
        }
    }
}
