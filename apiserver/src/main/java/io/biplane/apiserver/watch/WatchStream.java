package io.biplane.apiserver.watch;

import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.selector.FieldSelector;
import io.biplane.api.selector.LabelSelector;
import io.biplane.apiserver.exchange.Response;
import io.biplane.apiserver.render.Rendering;
import io.biplane.apiserver.storage.StoredObject;
import io.biplane.store.CompactedException;
import io.biplane.store.StoreClosedException;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * What one watcher receives: first the objects that exist, if it asked for them, then changes as
 * they happen. Pulled by one thread; {@link #close()} may come from any.
 */
public final class WatchStream implements Response.Chunks {
    private static final long BOOKMARK_NANOS = Duration.ofSeconds(30).toNanos();
    private static final int INITIAL_BATCH = 256;

    /**
     * What to watch.
     *
     * @param prefix only objects whose keys begin so
     * @param afterRevision changes from here on
     */
    public record Watched(
            Resource resource,
            String prefix,
            LabelSelector labels,
            FieldSelector fields,
            long afterRevision) {
        boolean selects(StoredObject object) {
            return (labels.isEverything() || labels.selects(object.tree()))
                    && (fields.isEverything() || fields.selects(object.tree()));
        }
    }

    /**
     * How to send it.
     *
     * @param bookmarks whether the watcher understands bookmarks
     * @param timeout after which the stream ends
     */
    public record Manner(Rendering rendering, boolean bookmarks, Duration timeout) {}

    private final ChangeLogs logs;
    private final Watched watched;
    private final Manner manner;
    private final Iterator<StoredObject> initial;
    private final ChangeLog.Stop stop = new ChangeLog.Stop();
    private final long deadline;
    private volatile @Nullable ChangeLog log;
    private volatile boolean ownLog;
    private boolean initialEndDue;
    private boolean failed;
    private long place;
    private long bookmarkAt;

    /**
     * @param initial objects to begin with, as they were at {@code afterRevision}
     * @param markInitialEnd whether to say, by a bookmark, that these were all
     */
    public WatchStream(
            ChangeLogs logs,
            Watched watched,
            Manner manner,
            List<StoredObject> initial,
            boolean markInitialEnd) {
        this.logs = logs;
        this.watched = watched;
        this.manner = manner;
        this.initial = initial.iterator();
        this.initialEndDue = markInitialEnd;
        this.place = watched.afterRevision();
        this.deadline = System.nanoTime() + manner.timeout().toNanos();
        this.bookmarkAt = System.nanoTime() + BOOKMARK_NANOS;
    }

    @Override
    public List<byte[]> next() throws InterruptedException {
        try {
            while (!stop.requested() && !failed) {
                boolean begins = initial.hasNext() || initialEndDue;
                if (!begins && System.nanoTime() - deadline >= 0) {
                    break; // though there may be more: whoever is always behind would never end
                }
                List<byte[]> lines = begins ? begin() : follow();
                if (!lines.isEmpty()) {
                    return lines;
                }
            }
        } catch (CompactedException _) {
            failed = true;
            return List.of(
                    LoggedChange.event(
                            "ERROR",
                            Json.bytes(
                                    StatusException.expired(
                                                    "The resourceVersion for the provided watch is too old.")
                                            .toStatus())));
        } catch (StoreClosedException _) {
            failed = true;
        }
        return List.of();
    }

    private List<byte[]> begin() {
        List<byte[]> lines = new ArrayList<>();
        while (initial.hasNext() && lines.size() < INITIAL_BATCH) {
            lines.add(
                    LoggedChange.event(
                            LoggedChange.Type.ADDED.name(),
                            manner.rendering().object(initial.next())));
        }
        if (!initial.hasNext() && initialEndDue) {
            initialEndDue = false;
            lines.add(bookmark(true));
        }
        return lines;
    }

    private List<byte[]> follow() throws InterruptedException {
        ChangeLog from = log();
        long now = System.nanoTime();
        long until =
                manner.bookmarks() ? Math.min(deadline - now, bookmarkAt - now) : deadline - now;
        ChangeLog.Read read = from.read(place, until, stop);
        if (read == null) {
            leaveLog();
            return List.of();
        }
        place = read.reached();
        List<byte[]> lines = new ArrayList<>(read.changes().size());
        for (LoggedChange change : read.changes()) {
            byte[] line = line(change);
            if (line != null) {
                lines.add(line);
            }
        }
        if (lines.isEmpty() && manner.bookmarks() && System.nanoTime() - bookmarkAt >= 0) {
            bookmarkAt = System.nanoTime() + BOOKMARK_NANOS;
            lines.add(bookmark(false));
            from.requestProgress();
        }
        return lines;
    }

    /** The shared log if it knows what comes next, else one of our own that catches up. */
    private ChangeLog log() {
        ChangeLog current = log;
        if (current == null || ownLog) {
            ChangeLog shared = logs.sharedFrom(watched.resource(), place);
            if (shared != null) {
                leaveLog();
                log = shared;
                return shared;
            }
        }
        if (current == null) {
            current = ChangeLog.catchingUp(logs.store(), watched.resource(), place);
            ownLog = true;
            log = current;
            if (stop.requested()) {
                leaveLog();
            }
        }
        return current;
    }

    private void leaveLog() {
        ChangeLog left = log;
        if (ownLog && left != null) {
            left.close();
        }
        ownLog = false;
        log = null;
    }

    private byte @Nullable [] line(LoggedChange change) {
        if (!change.key().startsWith(watched.prefix())) {
            return null;
        }
        StoredObject before = change.before();
        StoredObject now = change.now();
        boolean was = before != null && watched.selects(before);
        if (now != null && watched.selects(now)) {
            return line(change, was ? LoggedChange.Type.MODIFIED : LoggedChange.Type.ADDED, now);
        }
        return was && before != null ? line(change, LoggedChange.Type.DELETED, before) : null;
    }

    private byte[] line(LoggedChange change, LoggedChange.Type type, StoredObject object) {
        return manner.rendering().isPlain()
                ? change.json(type, object)
                : LoggedChange.event(type.name(), manner.rendering().object(object));
    }

    private byte[] bookmark(boolean initialEnd) {
        return LoggedChange.event(
                "BOOKMARK", manner.rendering().bookmark(watched.resource(), place, initialEnd));
    }

    @Override
    public void close() {
        stop.request();
        ChangeLog current = log;
        if (current != null && ownLog) {
            current.close();
        } else if (current != null) {
            current.wake();
        }
    }
}
