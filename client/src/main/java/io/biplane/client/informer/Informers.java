package io.biplane.client.informer;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.api.view.Viewed;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.ApiClient;
import io.biplane.client.ListOptions;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** The informers of a process: one for each resource, view and selection, whoever asks. */
public final class Informers implements AutoCloseable {
    private record Wanted(ViewedKind<?> kind, ListOptions selection) {}

    private record Running(Informer<?> informer, Reflector reflector) {}

    private final ApiClient client;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<Wanted, Running> running = new LinkedHashMap<>();

    @GuardedBy("lock")
    private boolean started;

    public Informers(ApiClient client) {
        this.client = client;
    }

    /** The informer of all objects of a resource. */
    public <T extends Viewed> Informer<T> informer(ViewedKind<T> kind) {
        return informer(kind, ListOptions.ALL);
    }

    /** The informer of some objects of a resource. */
    @SuppressWarnings("unchecked") // the key has the view
    public <T extends Viewed> Informer<T> informer(ViewedKind<T> kind, ListOptions selection) {
        Wanted wanted = new Wanted(kind, selection);
        synchronized (lock) {
            Running found = running.computeIfAbsent(wanted, _ -> make(kind, selection));
            if (started) {
                found.reflector().start();
            }
            return (Informer<T>) found.informer();
        }
    }

    private <T extends Viewed> Running make(ViewedKind<T> kind, ListOptions selection) {
        Informer<T> informer = new Informer<>(kind);
        return new Running(informer, new Reflector(client, kind.resource(), selection, informer));
    }

    /** Starts the informers that were asked for; one asked for later starts at once. */
    public void start() {
        synchronized (lock) {
            started = true;
            running.values().forEach(r -> r.reflector().start());
        }
    }

    /**
     * Waits until every informer has its first list.
     *
     * @throws TimeoutException naming the resources that have not arrived in time
     */
    public void awaitSynced(Duration timeout) throws InterruptedException, TimeoutException {
        Map<Wanted, Running> all;
        synchronized (lock) {
            all = Map.copyOf(running);
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        for (Running each : all.values()) {
            if (!each.informer().awaitSynced(Duration.ofNanos(deadline - System.nanoTime()))) {
                List<String> missing =
                        all.entrySet().stream()
                                .filter(e -> !e.getValue().informer().synced())
                                .map(e -> e.getKey().kind().resource().toString())
                                .sorted()
                                .toList();
                throw new TimeoutException(
                        "the API server has not listed %s within %s"
                                .formatted(String.join(", ", missing), timeout));
            }
        }
    }

    /** Ends all watches; what was read stays readable. */
    @Override
    public void close() {
        List<Running> all;
        synchronized (lock) {
            all = List.copyOf(running.values());
        }
        all.forEach(r -> r.reflector().close()); // outside, for a listener may ask for an informer
    }
}
