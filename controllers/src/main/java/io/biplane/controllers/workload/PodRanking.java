package io.biplane.controllers.workload;

import io.biplane.api.Fields;
import io.biplane.api.view.Condition;
import io.biplane.api.view.PodView;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which of a ReplicaSet's Pods go first when there are too many, and which count as available. */
final class PodRanking {
    private static final List<String> PHASES = List.of("Pending", "Unknown", "Running");
    private static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

    private PodRanking() {}

    /** The {@code count} pods whose end costs least. */
    static List<PodView> victims(List<PodView> pods, int count) {
        Map<String, Integer> perNode = new HashMap<>();
        pods.forEach(pod -> perNode.merge(pod.nodeName(), 1, Integer::sum));
        List<PodView> ranked = new ArrayList<>(pods);
        ranked.sort(
                Comparator.comparing((PodView pod) -> !pod.nodeName().isEmpty())
                        .thenComparingInt(pod -> PHASES.indexOf(pod.phase()))
                        .thenComparing(PodView::ready)
                        .thenComparingInt(PodRanking::cost)
                        .thenComparingInt(pod -> -perNode.getOrDefault(pod.nodeName(), 0))
                        .thenComparing(
                                pod -> readySince(pod).orElse(Instant.MIN),
                                Comparator.reverseOrder())
                        .thenComparing(
                                pod -> pod.meta().created().orElse(Instant.MIN),
                                Comparator.reverseOrder())
                        .thenComparing(PodView::name));
        return List.copyOf(ranked.subList(0, Math.min(count, ranked.size())));
    }

    /** When the pod will count as available; empty while it is not ready. */
    static Optional<Instant> availableAt(PodView pod, Duration minReady) {
        if (!pod.ready()) {
            return Optional.empty();
        }
        return Optional.of(readySince(pod).orElse(Instant.EPOCH).plus(minReady));
    }

    private static Optional<Instant> readySince(PodView pod) {
        return pod.conditions().stream()
                .filter(c -> c.type().equals("Ready") && c.isTrue())
                .findFirst()
                .flatMap(Condition::lastTransition);
    }

    private static int cost(PodView pod) {
        try {
            return Integer.parseInt(
                    Fields.text(pod.json(), "metadata", "annotations", DELETION_COST));
        } catch (NumberFormatException none) {
            return 0;
        }
    }
}
