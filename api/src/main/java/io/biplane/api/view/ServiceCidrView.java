package io.biplane.api.view;

import io.biplane.api.Fields;
import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Optional;

/**
 * A ServiceCIDR (networking.k8s.io/v1).
 *
 * @param cidrs one or two blocks of different families
 * @param ready the status of its condition Ready, empty where there is none
 */
public record ServiceCidrView(
        ObjectNode json, Meta meta, List<Prefix> cidrs, Optional<String> ready) implements Viewed {

    /** The condition that says whether addresses may be taken. */
    public static final String READY = "Ready";

    /** Why {@link #READY} is false while a ServiceCIDR waits for its addresses to be let go. */
    public static final String TERMINATING = "Terminating";

    /** What keeps a ServiceCIDR while addresses are left that no other one covers. */
    public static final String FINALIZER = "networking.k8s.io/service-cidr-finalizer";

    /** Views the tree of a ServiceCIDR. */
    public static ServiceCidrView of(ObjectNode range) {
        return new ServiceCidrView(
                range,
                Meta.of(range),
                Fields.prefixes(Fields.texts(range, "spec", "cidrs")),
                Fields.list(range, "status", "conditions").stream()
                        .filter(condition -> Fields.text(condition, "type").equals(READY))
                        .map(condition -> Fields.text(condition, "status"))
                        .findFirst());
    }

    public String name() {
        return meta.name();
    }

    /**
     * Whether new addresses may be taken from it. Without the condition they may: nobody sets it
     * where no controllers run.
     */
    public boolean usable() {
        return !meta.deleting() && !ready.equals(Optional.of("False"));
    }

    /** Whether one of its blocks holds the address. */
    public boolean covers(Addr addr) {
        return cidrs.stream().anyMatch(cidr -> cidr.contains(addr));
    }
}
