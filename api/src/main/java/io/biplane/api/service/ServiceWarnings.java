package io.biplane.api.service;

import io.biplane.api.validation.IpTexts;
import io.biplane.netip.Addr;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Texts for {@code Warning} headers: what is taken, but had better be written otherwise. */
final class ServiceWarnings {
    private ServiceWarnings() {}

    static List<String> of(ServiceSpec spec) {
        List<String> warnings = new ArrayList<>();
        if (spec.isType("ClusterIP") && spec.isHeadless()) {
            ignoredWhenHeadless(spec, warnings);
        } else {
            spellings("spec.clusterIPs", spec.clusterIps(), warnings);
        }
        spellings("spec.externalIPs", spec.texts("externalIPs"), warnings);
        spelling("spec.loadBalancerIP", spec.text("loadBalancerIP")).ifPresent(warnings::add);
        if (spec.isExternalName() && !spec.texts("externalIPs").isEmpty()) {
            warnings.add("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
        }
        return warnings;
    }

    private static void ignoredWhenHeadless(ServiceSpec spec, List<String> warnings) {
        if (!spec.text("loadBalancerIP").isEmpty()) {
            warnings.add("spec.loadBalancerIP is ignored when spec.clusterIP is \"None\"");
        }
        if (!spec.texts("externalIPs").isEmpty()) {
            warnings.add("spec.externalIPs is ignored when spec.clusterIP is \"None\"");
        }
        if (spec.text("sessionAffinity").equals("ClientIP")) {
            warnings.add("spec.SessionAffinity is ignored for headless services");
        }
    }

    private static void spellings(String field, List<String> addresses, List<String> warnings) {
        for (int i = 0; i < addresses.size(); i++) {
            spelling(field + "[" + i + "]", addresses.get(i)).ifPresent(warnings::add);
        }
    }

    private static Optional<String> spelling(String field, String text) {
        Optional<Addr> addr = IpTexts.lenient(text);
        if (addr.isEmpty() || addr.get().toString().equals(text)) {
            return Optional.empty();
        }
        String form =
                IpTexts.address(field, text, List.of()).isEmpty()
                        ? "%s: IPv6 address \"%s\" should be in RFC 5952 canonical format (\"%s\")"
                        : "%s: non-standard IP address \"%s\" is invalid: use \"%s\"";
        return Optional.of(form.formatted(field, text, addr.get()));
    }
}
