package io.biplane.cli.validate;

import io.biplane.api.Fields;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;

import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The page's second half: "Validate Services", in v1.16's form ({@code ipFamily}) and today's. Each
 * manifest is created under the documented name, looked at and deleted again.
 */
final class ServiceSteps {
    private static final String NAME = "my-service";

    /** What each manifest must get, given the family of the first service range. */
    static final List<Step> ALL =
            List.of(
                    step(
                            "service-default",
                            "a Service without ipFamily has the first range's family",
                            _ -> {},
                            List::of),
                    step(
                            "service-ipv6",
                            "ipFamily: IPv6",
                            spec -> spec.put("ipFamily", "IPv6"),
                            _ -> List.of(IpFamily.IPV6)),
                    step(
                            "service-ipv4",
                            "ipFamily: IPv4",
                            spec -> spec.put("ipFamily", "IPv4"),
                            _ -> List.of(IpFamily.IPV4)),
                    loadBalancer("service-loadbalancer", "ipFamily: IPv6, type: LoadBalancer"),
                    step(
                            "families-ipv6",
                            "ipFamilies: [IPv6]",
                            spec -> spec.putArray("ipFamilies").add("IPv6"),
                            _ -> List.of(IpFamily.IPV6)),
                    step(
                            "prefer-dual",
                            "ipFamilyPolicy: PreferDualStack",
                            spec -> spec.put("ipFamilyPolicy", "PreferDualStack"),
                            primary -> List.of(primary, primary.other())),
                    step(
                            "prefer-dual-ipv6-first",
                            "ipFamilyPolicy: PreferDualStack, ipFamilies: [IPv6, IPv4]",
                            spec -> {
                                spec.put("ipFamilyPolicy", "PreferDualStack");
                                spec.putArray("ipFamilies").add("IPv6").add("IPv4");
                            },
                            _ -> List.of(IpFamily.IPV6, IpFamily.IPV4)),
                    loadBalancer(
                            "prefer-dual-loadbalancer",
                            "ipFamilyPolicy: PreferDualStack, ipFamilies: [IPv6], type: LoadBalancer"));

    private ServiceSteps() {}

    private static Step step(
            String id,
            String description,
            Consumer<ObjectNode> fill,
            Function<IpFamily, List<IpFamily>> expected) {
        return new Step(
                id,
                description,
                true,
                playground -> look(playground, id, description, fill, expected));
    }

    private static Step loadBalancer(String id, String description) {
        return new Step(
                id,
                description + " (needs a load balancer)",
                true,
                _ -> List.of(Finding.notBuilt(id, description, "type: LoadBalancer")));
    }

    private static List<Finding> look(
            Playground playground,
            String id,
            String description,
            Consumer<ObjectNode> fill,
            Function<IpFamily, List<IpFamily>> expected) {
        ObjectNode service = Playground.object("Service", playground.namespace(), NAME);
        ObjectNode spec = service.putObject("spec");
        Playground.LABELS.forEach(spec.putObject("selector")::put);
        spec.putArray("ports")
                .addObject()
                .put("protocol", "TCP")
                .put("port", 80)
                .put("targetPort", Playground.TARGET_PORT);
        fill.accept(spec);
        try {
            ObjectNode created = playground.client().create(Kinds.SERVICES, service);
            try {
                List<IpFamily> families = expected.apply(primary(playground));
                return List.of(judge(id, description, spec, created, families));
            } finally {
                playground.client().delete(Kinds.SERVICES, playground.namespace(), NAME);
            }
        } catch (StatusException e) {
            return List.of(Finding.failed(id, description, "refused: " + e.getMessage()));
        }
    }

    /** The family of the first service range: that of the {@code kubernetes} Service's address. */
    private static IpFamily primary(Playground playground) {
        ObjectNode kubernetes = playground.client().get(Kinds.SERVICES, "default", "kubernetes");
        return Addr.parse(Fields.text(kubernetes, "spec", "clusterIP")).family();
    }

    private static Finding judge(
            String id,
            String description,
            ObjectNode asked,
            ObjectNode created,
            List<IpFamily> expected) {
        List<String> texts = new ArrayList<>(Fields.texts(created, "spec", "clusterIPs"));
        if (texts.isEmpty()) {
            texts.add(Fields.text(created, "spec", "clusterIP")); // a server of v1.16
        }
        List<IpFamily> seen = Fields.addrs(texts).stream().map(Addr::family).toList();
        Optional<String> dropped =
                asked.has("ipFamily") && !created.path("spec").has("ipFamily")
                        ? Optional.of(
                                "the server dropped spec.ipFamily: it does not know v1.16's field")
                        : Optional.empty();
        Optional<String> wrong =
                seen.equals(expected)
                        ? Optional.empty()
                        : Optional.of(
                                "cluster IPs %s are of %s, expected %s"
                                        .formatted(texts, seen, expected));
        return dropped.or(() -> wrong)
                .map(reason -> Finding.failed(id, description, reason))
                .orElseGet(() -> Finding.passed(id, description, String.join(", ", texts)));
    }
}
