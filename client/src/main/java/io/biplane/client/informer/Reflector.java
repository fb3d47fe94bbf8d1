package io.biplane.client.informer;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.api.Fields;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.client.ApiClient;
import io.biplane.client.ListOptions;
import io.biplane.client.Watch;
import io.biplane.client.WatchEvent;
import io.biplane.loop.BackOff;
import io.biplane.loop.Loop;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Lists and watches on behalf of one informer, in a loop on a virtual thread, until closed. */
final class Reflector implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Reflector.class.getName());
    private static final long WATCH_SECONDS = 300;
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(3);
    private static final BackOff BACK_OFF =
            BackOff.doubling(Duration.ofMillis(50), LONGEST_BACK_OFF).withJitter();

    private final ApiClient client;
    private final Resource resource;
    private final ListOptions selection;
    private final Informer<?> informer;
    private final Loop loop;
    private volatile @Nullable Watch current;

    @GuardedBy("this")
    private boolean started;

    // Confined to the thread.
    private String version = "";
    private boolean lost;

    /** Watches in a row that ended soon and showed nothing. */
    private int endedSoon;

    /** Versions in a row that had passed before they showed anything. */
    private int expired;

    Reflector(ApiClient client, Resource resource, ListOptions selection, Informer<?> informer) {
        this.client = client;
        this.resource = resource;
        this.selection = selection;
        this.informer = informer;
        this.loop =
                Loop.virtual("informer-" + resource.plural())
                        .retry(BACK_OFF)
                        .onFailure(this::failed)
                        .unblock(this::endWatch)
                        .run(this::turn);
    }

    synchronized void start() {
        if (!started) {
            started = true;
            loop.start();
        }
    }

    /** Ends the watch and waits for the end of what a listener is being told. */
    @Override
    public void close() {
        loop.close();
    }

    private void endWatch() {
        Watch watch = current;
        if (watch != null) {
            watch.close();
        }
    }

    private void turn() throws IOException {
        try {
            if (version.isEmpty()) {
                list();
            }
            loop.wakeAfter(watch());
        } catch (StatusException e) {
            // 410: the version has passed. Anything else, or that again: afresh, too, but not at
            // once.
            version = "";
            if (e.code() != 410) {
                throw e;
            }
            loop.wakeAfter(expired == 0 ? Duration.ZERO : BACK_OFF.pause(expired));
            expired++;
        } catch (UncheckedIOException e) {
            throw e; // the version is as good as before
        } catch (RuntimeException | Error e) {
            version = "";
            throw e;
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

    /** Watches until the server ends it; returns the pause before the next time. */
    private Duration watch() throws IOException {
        long seconds = WATCH_SECONDS + ThreadLocalRandom.current().nextLong(WATCH_SECONDS);
        long opened = System.nanoTime();
        try (Watch watch = client.watch(resource, null, selection.from(version), seconds)) {
            current = watch;
            restored();
            while (!loop.isClosed()) {
                WatchEvent event = watch.next();
                if (event == null) {
                    break;
                }
                take(event);
                loop.recovered();
                endedSoon = 0;
                expired = 0;
            }
        } finally {
            current = null;
        }
        if (System.nanoTime() - opened >= LONGEST_BACK_OFF.toNanos()) {
            return Duration.ZERO;
        }
        // A server that ends every watch at once must not be asked in a tight loop.
        return BACK_OFF.pause(++endedSoon);
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

    private void failed(Throwable cause, boolean first) {
        if (!lost) {
            lost = true;
            LOG.log(Level.WARNING, () -> "watch lost resource=%s: %s".formatted(resource, cause));
        }
    }
}
