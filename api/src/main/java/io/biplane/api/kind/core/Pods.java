package io.biplane.api.kind.core;

import io.biplane.api.Fields;
import io.biplane.api.Subresource;
import io.biplane.api.registry.Kind;
import io.biplane.api.strategy.NotBuilt;
import io.biplane.api.strategy.pod.PodStrategy;
import io.biplane.api.table.PodColumns;

import tools.jackson.databind.node.ObjectNode;

import java.util.OptionalLong;

/** Pods. Their containers have time to end, which the kubelet sees to. */
public final class Pods {
    private static final long DEFAULT_GRACE_SECONDS = 30;

    public static final Kind KIND =
            Kind.named("", "v1", "pods", "Pod")
                    .shortNames("po")
                    .inAll()
                    .with(Subresource.binding())
                    .status()
                    .select("spec.hostNetwork", "false")
                    .select("spec.nodeName", "")
                    .select("spec.restartPolicy", "")
                    .select("spec.schedulerName", "")
                    .select("spec.serviceAccountName", "")
                    .select("status.nominatedNodeName", "")
                    .select("status.phase", "")
                    .select("status.podIP", "")
                    .countsGeneration()
                    .returnsDeletedObject()
                    .grace(Pods::graceSeconds)
                    .columns(PodColumns.ALL)
                    .rules(PodStrategy::new)
                    .notBuilt(NotBuilt.PODS)
                    .build();

    private Pods() {}

    /** None for a pod that runs nowhere: nothing has to end. */
    private static long graceSeconds(ObjectNode pod, OptionalLong requested) {
        String phase = Fields.string(pod, "status", "phase");
        if (Fields.string(pod, "spec", "nodeName").isEmpty()
                || phase.equals("Succeeded")
                || phase.equals("Failed")) {
            return 0;
        }
        long grace =
                requested.orElse(
                        pod.path("spec")
                                .path("terminationGracePeriodSeconds")
                                .longValue(DEFAULT_GRACE_SECONDS));
        // A negative time is upstream's way of saying: at once, but let the kubelet do it.
        return grace < 0 ? 1 : grace;
    }
}
