package io.biplane.api.service;

import io.biplane.api.FieldError;
import io.biplane.api.validation.IpTexts;
import io.biplane.netip.IpFamily;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * Settles policy and families of a Service from what the client asked for, what is stored and what
 * the cluster has. The rules are those of upstream's {@code initIPFamilyFields}.
 */
final class FamilyInitialisation {
    private final ServiceSpec spec;
    private final @Nullable ServiceSpec old;
    private final ServiceCluster cluster;

    private FamilyInitialisation(
            ServiceSpec spec, @Nullable ServiceSpec old, ServiceCluster cluster) {
        this.spec = spec;
        this.old = old;
        this.cluster = cluster;
    }

    /**
     * Changes {@code spec} so that it has a policy and as many families as it will have addresses.
     *
     * @param old the stored spec, null on create
     * @return the faults; if there are any, {@code spec} may be half settled
     */
    static List<FieldError> apply(
            ServiceSpec spec, @Nullable ServiceSpec old, ServiceCluster cluster) {
        return new FamilyInitialisation(spec, old, cluster).run();
    }

    private List<FieldError> run() {
        if (spec.isExternalName() || isFrozen()) {
            return List.of();
        }
        choosePolicy();
        List<FieldError> errors = new ArrayList<>(FamilyRelations.check(spec, old));
        if (!errors.isEmpty()) {
            return errors;
        }
        if (old != null) {
            trimOrRefuse(old, errors);
        }
        refuseTwoOfSingleStack(errors);
        inferFamilies(errors);
        if (!errors.isEmpty()) {
            return errors;
        }
        if (!(spec.asksForNoClusterIp() && !spec.hasSelector())) {
            checkCluster(errors);
            if (errors.isEmpty()) {
                complete(cluster.isDual());
            }
        } else {
            // Nobody routes to these addresses, so that the cluster need not have ranges of their
            // families.
            complete(true);
        }
        return errors;
    }

    /**
     * A PreferDualStack Service follows a change of the cluster only when its owner changes the
     * Service.
     */
    private boolean isFrozen() {
        return old != null
                && spec.type().equals(old.type())
                && spec.usesClusterIps()
                && spec.policy().equals(ServiceSpec.PREFER_DUAL_STACK)
                && (!old.hasPolicy() || old.policy().equals(ServiceSpec.PREFER_DUAL_STACK))
                && spec.clusterIps().equals(old.clusterIps())
                && spec.families().equals(old.families());
    }

    private void choosePolicy() {
        if (!spec.hasPolicy() && old != null) {
            spec.setPolicy(old.policy());
        }
        if (!spec.hasPolicy()) {
            boolean ownEndpoints = spec.asksForNoClusterIp() && !spec.hasSelector();
            spec.setPolicy(
                    ownEndpoints ? ServiceSpec.REQUIRE_DUAL_STACK : ServiceSpec.SINGLE_STACK);
        }
    }

    private boolean isSingleStack() {
        return spec.policy().equals(ServiceSpec.SINGLE_STACK);
    }

    private void trimOrRefuse(ServiceSpec stored, List<FieldError> errors) {
        List<String> addresses = spec.clusterIps();
        List<String> families = spec.families();
        if (isSingleStack()) {
            if (addresses.size() == 2 && addresses.equals(stored.clusterIps())) {
                spec.setClusterIpList(addresses.subList(0, 1));
            }
            if (families.size() == 2 && families.equals(stored.families())) {
                spec.setFamilies(families.subList(0, 1));
            }
            return;
        }
        if (!addresses.isEmpty() && addresses.size() < stored.clusterIps().size()) {
            errors.add(policy("must be 'SingleStack' to release the secondary cluster IP"));
        }
        if (!families.isEmpty() && families.size() < stored.families().size()) {
            errors.add(policy("must be 'SingleStack' to release the secondary IP family"));
        }
    }

    private void refuseTwoOfSingleStack(List<FieldError> errors) {
        if (!isSingleStack()) {
            return;
        }
        String detail =
                "must be 'RequireDualStack' or 'PreferDualStack' when multiple %s are specified";
        if (spec.clusterIps().size() == 2) {
            errors.add(policy(detail.formatted("cluster IPs")));
        }
        if (spec.families().size() == 2) {
            errors.add(policy(detail.formatted("IP families")));
        }
    }

    /** An address says its family where {@code ipFamilies} does not. */
    private void inferFamilies(List<FieldError> errors) {
        List<String> addresses = spec.clusterIps();
        List<String> families = new ArrayList<>(spec.families());
        for (int i = 0; i < addresses.size() && !addresses.get(i).equals(ServiceSpec.NONE); i++) {
            String family =
                    IpTexts.family(addresses.get(i))
                            .orElseThrow()
                            .apiName(); // checked by FamilyRelations
            if (i < families.size()) {
                continue;
            }
            if (cluster.has(family)) {
                families.add(family);
            } else {
                errors.add(
                        FieldError.invalid(
                                "spec.clusterIPs[" + i + "]",
                                ServiceSpec.array(addresses),
                                family + " is not configured on this cluster"));
            }
        }
        spec.setFamilies(families);
    }

    private void checkCluster(List<FieldError> errors) {
        if (spec.policy().equals(ServiceSpec.REQUIRE_DUAL_STACK) && !cluster.isDual()) {
            errors.add(policy("this cluster is not configured for dual-stack services"));
        }
        List<String> families = spec.families();
        for (int i = 0; i < families.size(); i++) {
            if (!cluster.has(families.get(i))) {
                errors.add(
                        FieldError.invalid(
                                "spec.ipFamilies[" + i + "]",
                                families.get(i),
                                "not configured on this cluster"));
            }
        }
    }

    /**
     * Adds the cluster's family where none was named and, unless the policy is SingleStack, the
     * other one.
     */
    private void complete(boolean second) {
        List<String> families = new ArrayList<>(spec.families());
        if (families.isEmpty()) {
            families.add(cluster.primary().apiName());
        }
        if (second && families.size() == 1 && !isSingleStack()) {
            families.add(IpFamily.ofApiName(families.getFirst()).other().apiName());
        }
        spec.setFamilies(families);
    }

    private FieldError policy(String detail) {
        return FieldError.invalid("spec.ipFamilyPolicy", spec.policy(), detail);
    }
}
