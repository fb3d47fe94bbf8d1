package io.biplane.client.informer;

import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.view.Fields;
import io.biplane.client.ApiClient;
import io.biplane.client.ListOptions;
import io.biplane.client.Watch;
import io.biplane.client.WatchEvent;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/** Lists and watches on behalf of one informer, on a virtual thread of its own, until closed. */
final class Reflector implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Reflector.class.getName());
    private static final long WATCH_SECONDS = 300;
    private static final Duration FIRST_BACK_OFF = Duration.ofMillis(50);
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(3);

    private final ApiClient client;
    private final Resource resource;
    private final ListOptions selection;
    private final Informer<?> informer;
    private volatile boolean closed;
    private volatile @Nullable Watch current;
    private volatile @Nullable Thread thread;

    // Confined to the thread.
    private String version = "";
    private Duration backOff = FIRST_BACK_OFF;
    private boolean lost;

    Reflector(ApiClient client, Resource resource, ListOptions selection, Informer<?> informer) {
        this.client = client;
        this.resource = resource;
        this.selection = selection;
        this.informer = informer;
    }

    synchronized void start() {
        if (thread == null) {
            thread = Thread.ofVirtual().name("informer-" + resource.plural()).start(this::run);
        }
    }

    @Override
    public void close() {
        closed = true;
        Watch watch = current;
        if (watch != null) {
            watch.close();
        }
        LockSupport.unpark(thread);
    }

    private void run() {
        while (!closed) {
            try {
                if (version.isEmpty()) {
                    list();
                }
                watch();
            } catch (StatusException e) {
                // 410: the version has passed. Anything else: start afresh, too, but not at once.
                version = "";
                if (e.code() != 410) {
                    failed(e);
                }
            } catch (IOException | UncheckedIOException e) {
                failed(e);
            } catch (RuntimeException | Error e) {
                // Whatever it is: an informer that ended would be blind without a word.
                version = "";
                failed(e);
            }
        }
    }

    private void list() {
        ObjectNode list = client.list(resource, null, selection);
        List<ObjectNode> items =
                Fields.list(list, "items").stream().map(ObjectNode.class::cast).toList();
        String listed = Fields.text(list, "metadata", "resourceVersion");
        informer.replace(items, listed);
        version = listed;
    }

    private void watch() throws IOException {
        long seconds = WATCH_SECONDS + ThreadLocalRandom.current().nextLong(WATCH_SECONDS);
        long opened = System.nanoTime();
        try (Watch watch = client.watch(resource, null, selection.from(version), seconds)) {
            current = watch;
            restored();
            while (!closed) {
                WatchEvent event = watch.next();
                if (event == null) {
                    break;
                }
                take(event);
                backOff = FIRST_BACK_OFF;
            }
        } finally {
            current = null;
        }
        if (System.nanoTime() - opened < LONGEST_BACK_OFF.toNanos()) {
            pause(); // a server that ends every watch at once must not be asked in a tight loop
        }
    }

    private void take(WatchEvent event) {
        version =
                switch (event.type()) {
                    case "BOOKMARK" -> Fields.text(event.object(), "metadata", "resourceVersion");
                    case "ERROR" -> throw StatusException.of(event.object(), 500);
                    default -> informer.apply(event);
                };
    }

    private void restored() {
        if (lost) {
            lost = false;
            LOG.log(Level.INFO, () -> "watch restored resource=" + resource);
        }
    }

    private void failed(Throwable e) {
        if (closed) {
            return;
        }
        if (!lost) {
            lost = true;
            LOG.log(Level.WARNING, () -> "watch lost resource=%s: %s".formatted(resource, e));
        }
        pause();
    }

    private void pause() {
        long nanos = backOff.toNanos();
        long jitter = ThreadLocalRandom.current().nextLong(nanos / 2);
        long deadline = System.nanoTime() + nanos / 2 + jitter;
        Duration doubled = backOff.multipliedBy(2);
        backOff = doubled.compareTo(LONGEST_BACK_OFF) < 0 ? doubled : LONGEST_BACK_OFF;
        long left = nanos;
        while (left > 0 && !closed) {
            left = deadline - System.nanoTime();
            LockSupport.parkNanos(this, left);
        }
    }
}
