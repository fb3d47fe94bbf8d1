package io.biplane.api.service;

import io.biplane.api.validation.IpTexts;
import io.biplane.netip.IpFamily;

import java.util.List;
import java.util.Optional;

/**
 * What clients see of Services stored without families, such as those of v1.16; nothing of it is
 * written back.
 */
final class ReadDefaults {
    private ReadDefaults() {}

    static void apply(ServiceSpec spec, ServiceCluster cluster) {
        if (spec.isExternalName()) {
            spec.remove("internalTrafficPolicy");
            return;
        }
        if (spec.clusterIps().isEmpty() && !spec.clusterIp().isEmpty()) {
            spec.setClusterIpList(List.of(spec.clusterIp()));
        }
        if (!cluster.dualStackGate() || !spec.families().isEmpty()) {
            return;
        }
        if (!spec.isHeadless()) {
            List<String> families =
                    spec.clusterIps().stream()
                            .map(IpTexts::family)
                            .flatMap(Optional::stream)
                            .map(IpFamily::apiName)
                            .toList();
            spec.setFamilies(families);
            if (!families.isEmpty()) {
                spec.setPolicy(
                        families.size() == 1
                                ? ServiceSpec.SINGLE_STACK
                                : ServiceSpec.REQUIRE_DUAL_STACK);
            }
            return;
        }
        IpFamily stored =
                IpFamily.IPV4.apiName().equals(spec.ipFamily()) ? IpFamily.IPV4 : IpFamily.IPV6;
        IpFamily primary = spec.ipFamily().isEmpty() ? cluster.primary() : stored;
        if (spec.hasSelector() || !spec.ipFamily().isEmpty()) {
            spec.setFamilies(List.of(primary.apiName()));
            spec.setPolicy(ServiceSpec.SINGLE_STACK);
        } else {
            spec.setFamilies(List.of(primary.apiName(), primary.other().apiName()));
            spec.setPolicy(ServiceSpec.REQUIRE_DUAL_STACK);
        }
    }
}
