package io.biplane.node;

import io.biplane.api.view.PodView;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Key;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Pods that have no network yet. Each attempt that fails is told here; the pod gets an event when
 * the cause is a new one, and a reminder from time to time, however often it is tried. Thread-safe;
 * a pod is told of by one worker at a time.
 */
final class WaitingPods {
    private static final Duration REMINDER = Duration.ofMinutes(1);

    private record Told(String node, String uid, String reason, String message, Instant at) {
        boolean says(Told other) {
            return uid.equals(other.uid)
                    && reason.equals(other.reason)
                    && message.equals(other.message);
        }
    }

    private final EventRecorder events;
    private final InstantSource clock;
    private final ConcurrentMap<Key, Told> waiting = new ConcurrentHashMap<>();

    WaitingPods(EventRecorder events, InstantSource clock) {
        this.events = events;
        this.clock = clock;
    }

    /** The message of upstream's event {@code FailedCreatePodSandBox}. */
    static String sandbox(RuntimeException cause) {
        return "Failed to create pod sandbox: "
                + Objects.requireNonNullElseGet(cause.getMessage(), cause::toString);
    }

    /** The message of upstream's event {@code NetworkNotReady}. */
    static String noPodCidrs(PodView pod) {
        return "network is not ready: node %s has no podCIDRs yet".formatted(pod.nodeName());
    }

    /** The pod could not be attached. */
    void tell(PodView pod, String reason, String message) {
        Key key = Key.of(pod.meta());
        Told now = new Told(pod.nodeName(), pod.uid(), reason, message, clock.instant());
        Told before = waiting.get(key);
        if (before != null && before.says(now) && now.at.isBefore(before.at.plus(REMINDER))) {
            return;
        }
        waiting.put(key, now);
        events.onHost(pod.nodeName()).warning(pod.json(), reason, message);
    }

    /** The pod has its network, or has gone. */
    void remove(Key pod) {
        waiting.remove(pod);
    }

    /** Those that wait on a node. */
    List<Key> on(String node) {
        return waiting.entrySet().stream()
                .filter(e -> e.getValue().node().equals(node))
                .map(Map.Entry::getKey)
                .toList();
    }
}
