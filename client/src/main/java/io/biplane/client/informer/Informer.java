package io.biplane.client.informer;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.api.Fields;
import io.biplane.api.view.Meta;
import io.biplane.api.view.Viewed;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.WatchEvent;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The objects of one resource, as the server last told. Reading takes no lock; changes are told one
 * at a time, indexes first, on the informer's own thread, or on that of the caller of {@link
 * #written} or {@link #listen}. Listeners hold up all others, so they put a key into a queue and
 * return.
 */
public final class Informer<T extends Viewed> {
    private static final System.Logger LOG = System.getLogger(Informer.class.getName());

    private record Stored<T>(String version, T value) {}

    private final ViewedKind<T> kind;
    private final Map<Key, Stored<T>> objects = new ConcurrentHashMap<>();
    private final List<Index<T>> indexes = new CopyOnWriteArrayList<>();
    private final CountDownLatch synced = new CountDownLatch(1);
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Listeners<T> listeners;

    @GuardedBy("lock")
    private long seenVersion = -1;

    Informer(ViewedKind<T> kind) {
        this.kind = kind;
        this.listeners = new Listeners<>(kind.resource().toString());
    }

    /** The object, if it exists; {@code namespace} null or "" for a cluster-scoped one. */
    public Optional<T> get(@Nullable String namespace, String name) {
        return get(Key.of(namespace, name));
    }

    /** The object, if it exists. */
    public Optional<T> get(Key key) {
        return Optional.ofNullable(objects.get(key)).map(Stored::value);
    }

    /** All objects; a snapshot. */
    public Collection<T> list() {
        List<T> all = new ArrayList<>(objects.size());
        objects.values().forEach(stored -> all.add(stored.value()));
        return all;
    }

    /** Whether the first list has arrived and was told to the listeners. */
    public boolean synced() {
        return synced.getCount() == 0;
    }

    /** Tells {@code listener} of the objects that are there, then of every change. */
    public void listen(Listener<? super T> listener) {
        synchronized (lock) {
            listeners.add(listener, List.copyOf(list()));
        }
    }

    /**
     * Keeps the objects by what they contain.
     *
     * @param valuesOf the values under which an object is found; must depend on the object only
     */
    public Index<T> index(Function<T, ? extends Collection<String>> valuesOf) {
        Index<T> index = new Index<>(valuesOf);
        synchronized (lock) {
            objects.forEach((key, stored) -> index.changed(key, null, stored.value()));
            indexes.add(index);
        }
        return index;
    }

    /**
     * Takes over what a write has returned, so that its writer finds it here before the watch has
     * brought it. What the watch has passed already is left alone: it knows better.
     */
    public void written(ObjectNode object) {
        synchronized (lock) {
            if (number(Meta.of(object).resourceVersion()) > seenVersion) {
                put(object);
            }
        }
    }

    public boolean awaitSynced(Duration timeout) throws InterruptedException {
        return synced.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Takes a whole list. */
    void replace(List<ObjectNode> listed, String version) {
        synchronized (lock) {
            Set<Key> present = new HashSet<>();
            for (ObjectNode object : listed) {
                // Items of a list come without the kind that the list names.
                object.put("apiVersion", kind.resource().apiVersion())
                        .put("kind", kind.resource().kind());
                present.add(put(object));
            }
            seenVersion = number(version);
            for (Map.Entry<Key, Stored<T>> entry : List.copyOf(objects.entrySet())) {
                boolean laterThanList = number(entry.getValue().version()) > seenVersion;
                if (!present.contains(entry.getKey()) && !laterThanList) {
                    remove(entry.getKey());
                }
            }
        }
        synced.countDown();
    }

    /** Takes an event of the watch (not BOOKMARK or ERROR); returns the version it was at. */
    String apply(WatchEvent event) {
        String version = Fields.text(event.object(), "metadata", "resourceVersion");
        synchronized (lock) {
            if (event.type().equals("DELETED")) {
                removeIfNotLater(Key.of(Meta.of(event.object())), version);
            } else {
                put(event.object());
            }
            seenVersion = Math.max(seenVersion, number(version));
        }
        return version;
    }

    @GuardedBy("lock")
    private Key put(ObjectNode object) {
        Meta meta = Meta.of(object);
        Key key = Key.of(meta);
        Stored<T> before = objects.get(key);
        if (before != null && !isLater(meta.resourceVersion(), before.version())) {
            return key;
        }
        Optional<T> read = read(key, object);
        if (read.isPresent()) {
            T after = read.get();
            objects.put(key, new Stored<>(meta.resourceVersion(), after));
            tell(key, before == null ? null : before.value(), after);
        }
        return key;
    }

    /** Empty for an object that nobody here understands: what was known of it stays. */
    private Optional<T> read(Key key, ObjectNode object) {
        try {
            return Optional.of(kind.view().apply(object));
        } catch (RuntimeException e) {
            LOG.log(
                    Level.ERROR,
                    () -> "object unreadable resource=%s key=%s".formatted(kind.resource(), key),
                    e);
            return Optional.empty();
        }
    }

    /**
     * An object that was made anew meanwhile, and {@link #written}, outlives the older one's end.
     */
    @GuardedBy("lock")
    private void removeIfNotLater(Key key, String version) {
        Stored<T> before = objects.get(key);
        long stored = before == null ? -1 : number(before.version());
        if (stored <= number(version) || number(version) < 0) {
            remove(key);
        }
    }

    @GuardedBy("lock")
    private void remove(Key key) {
        Stored<T> before = objects.remove(key);
        if (before != null) {
            tell(key, before.value(), null);
        }
    }

    @GuardedBy("lock")
    private void tell(Key key, @Nullable T before, @Nullable T after) {
        indexes.forEach(index -> index.changed(key, before, after));
        listeners.tell(before, after);
    }

    private static boolean isLater(String version, String than) {
        long number = number(version);
        long thanNumber = number(than);
        return number < 0 || thanNumber < 0 ? !version.equals(than) : number > thanNumber;
    }

    /** Versions of Kubernetes' stores are numbers; -1 for any other. */
    private static long number(String version) {
        try {
            return Long.parseLong(version);
        } catch (NumberFormatException opaque) {
            return -1;
        }
    }
}
