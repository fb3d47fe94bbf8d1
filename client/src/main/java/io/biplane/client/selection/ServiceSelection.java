package io.biplane.client.selection;

import io.biplane.api.view.PodView;
import io.biplane.api.view.ServiceView;
import io.biplane.client.informer.Index;
import io.biplane.client.informer.Informer;

import java.util.List;
import java.util.Map;

/**
 * Finds the Pods of a Service and the Services of a Pod without going through all of either. A
 * Service without a selector selects nothing.
 */
public final class ServiceSelection {
    private final Index<PodView> podsByLabel;
    private final Index<ServiceView> servicesByLabel;

    public ServiceSelection(Informer<ServiceView> services, Informer<PodView> pods) {
        this.podsByLabel = pods.index(pod -> labels(pod.namespace(), pod.labels()));
        // One label of the selector is enough to find the Service by.
        this.servicesByLabel =
                services.index(service ->
                        labels(service.namespace(), service.selector()).stream().limit(1).toList());
    }

    /** The Pods that the Service selects. */
    public List<PodView> pods(ServiceView service) {
        return labels(service.namespace(), service.selector()).stream()
                .limit(1)
                .flatMap(label -> podsByLabel.get(label).stream())
                .filter(pod -> selects(service, pod))
                .toList();
    }

    /** The Services that select the Pod. */
    public List<ServiceView> services(PodView pod) {
        return labels(pod.namespace(), pod.labels()).stream()
                .flatMap(label -> servicesByLabel.get(label).stream())
                .filter(service -> selects(service, pod))
                .toList();
    }

    private static boolean selects(ServiceView service, PodView pod) {
        return pod.labels().entrySet().containsAll(service.selector().entrySet());
    }

    private static List<String> labels(String namespace, Map<String, String> labels) {
        return labels.entrySet().stream()
                .map(e -> namespace + "/" + e.getKey() + "=" + e.getValue())
                .toList();
    }
}
