package io.biplane.api.protobuf;

import java.util.Set;

/**
 * Fields that Go holds by pointer, so that a zero on the wire was put there by the client. The type
 * registry does not know pointers; these are the ones whose zero differs from their default.
 */
final class ZeroWishes {
    private static final Set<String> FIELDS =
            Set.of(
                    "activeDeadlineSeconds",
                    "allocateLoadBalancerNodePorts",
                    "allowPrivilegeEscalation",
                    "automountServiceAccountToken",
                    "blockOwnerDeletion",
                    "controller",
                    "defaultMode",
                    "enableServiceLinks",
                    "fsGroup",
                    "gracePeriodSeconds",
                    "hostUsers",
                    "immutable",
                    "maxSurge",
                    "maxUnavailable",
                    "mode",
                    "optional",
                    "preemptionPolicy",
                    "priority",
                    "privileged",
                    "progressDeadlineSeconds",
                    "readOnlyRootFilesystem",
                    "ready",
                    "replicas",
                    "revisionHistoryLimit",
                    "runAsGroup",
                    "runAsNonRoot",
                    "runAsUser",
                    "serving",
                    "shareProcessNamespace",
                    "terminating",
                    "terminationGracePeriodSeconds",
                    "tolerationSeconds");

    private ZeroWishes() {}

    static boolean contains(String field) {
        return FIELDS.contains(field);
    }
}
