package io.biplane.controllers.endpoints;

import io.biplane.api.view.PodView;
import io.biplane.api.view.ServiceView;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.informer.Informer;
import io.biplane.client.informer.Informers;
import io.biplane.client.informer.Key;
import io.biplane.client.selection.ServiceSelection;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Consumer;

/** Says which Services are touched by a change of Services and Pods. */
final class SelectedPods {
    private final ServiceSelection selection;
    private final Informer<ServiceView> services;
    private final Informer<PodView> pods;

    SelectedPods(Informers informers) {
        this.services = informers.informer(ViewedKind.SERVICES);
        this.pods = informers.informer(ViewedKind.PODS);
        this.selection = new ServiceSelection(services, pods);
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
        return selection.pods(service);
    }

    /** The Services that select the Pod. */
    List<Key> servicesOf(PodView pod) {
        return selection.services(pod).stream().map(service -> Key.of(service.meta())).toList();
    }

    private void podChanged(
            @Nullable PodView before, @Nullable PodView after, Consumer<Key> touched) {
        if (before != null && after != null && isSameToServices(before, after)) {
            return;
        }
        if (before != null) {
            servicesOf(before).forEach(touched);
        }
        if (after != null && (before == null || !before.labels().equals(after.labels()))) {
            servicesOf(after).forEach(touched);
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
}
