package io.biplane.controllers.endpoints;

import io.biplane.api.Kinds;
import io.biplane.api.view.PodView;
import io.biplane.api.view.ServiceView;
import io.biplane.client.informer.Index;
import io.biplane.client.informer.Informer;
import io.biplane.client.informer.Informers;
import io.biplane.client.informer.Key;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Finds the Pods of a Service and the Services of a Pod without going through all of either, and
 * says which Services are touched by a change.
 */
final class SelectedPods {
    private final Index<PodView> podsByLabel;
    private final Index<ServiceView> servicesByLabel;
    private final Informer<ServiceView> services;
    private final Informer<PodView> pods;

    SelectedPods(Informers informers) {
        this.services = informers.informer(Kinds.SERVICES, ServiceView::of);
        this.pods = informers.informer(Kinds.PODS, PodView::of);
        this.podsByLabel = pods.index(pod -> labelKeys(pod.namespace(), pod.labels()));
        this.servicesByLabel =
                services.index(service ->
                        labelKeys(service.namespace(), service.selector()).stream()
                                .limit(1)
                                .toList());
    }

    /** Calls {@code touched} with the Service of every change that its endpoints depend on. */
    void listen(Consumer<Key> touched) {
        services.listen((before, after) -> {
            ServiceView service = after == null ? before : after;
            if (service != null) {
                touched.accept(Key.of(service.meta()));
            }
        });
        pods.listen((before, after) -> podChanged(before, after, touched));
    }

    /** The Pods that the Service selects. */
    List<PodView> of(ServiceView service) {
        return labelKeys(service.namespace(), service.selector()).stream()
                .limit(1)
                .flatMap(key -> podsByLabel.get(key).stream())
                .filter(pod -> selects(service, pod))
                .toList();
    }

    private void podChanged(
            @Nullable PodView before, @Nullable PodView after, Consumer<Key> touched) {
        if (before != null && after != null && isSameToServices(before, after)) {
            return;
        }
        if (before != null) {
            touch(before, touched);
        }
        if (after != null && (before == null || !before.labels().equals(after.labels()))) {
            touch(after, touched);
        }
    }

    private void touch(PodView pod, Consumer<Key> touched) {
        for (String key : labelKeys(pod.namespace(), pod.labels())) {
            for (ServiceView service : servicesByLabel.get(key)) {
                if (selects(service, pod)) {
                    touched.accept(Key.of(service.meta()));
                }
            }
        }
    }

    private static boolean isSameToServices(PodView a, PodView b) {
        return a.uid().equals(b.uid())
                && a.ips().equals(b.ips())
                && a.ready() == b.ready()
                && a.terminating() == b.terminating()
                && a.terminal() == b.terminal()
                && a.nodeName().equals(b.nodeName())
                && a.labels().equals(b.labels())
                && a.hostname().equals(b.hostname())
                && a.subdomain().equals(b.subdomain());
    }

    private static boolean selects(ServiceView service, PodView pod) {
        return pod.labels().entrySet().containsAll(service.selector().entrySet());
    }

    private static List<String> labelKeys(String namespace, Map<String, String> labels) {
        return labels.entrySet().stream()
                .map(e -> namespace + "/" + e.getKey() + "=" + e.getValue())
                .toList();
    }
}
