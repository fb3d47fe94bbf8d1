package io.biplane.client.testing;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Versioned objects and their watches. */
final class FakeStore {
    private static final long DEADLINE_SECONDS = 10;

    private record Watcher(
            Resource resource,
            String namespace,
            Predicate<ObjectNode> selects,
            FakeStream stream) {}

    private record Event(
            long version,
            Resource resource,
            @Nullable ObjectNode before,
            @Nullable ObjectNode after) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final NavigableMap<String, ObjectNode> objects = new TreeMap<>();

    @GuardedBy("lock")
    private final List<Event> log = new ArrayList<>();

    @GuardedBy("lock")
    private final List<Watcher> watchers = new ArrayList<>();

    @GuardedBy("lock")
    private long version = 1;

    @GuardedBy("lock")
    private long compacted = 0;

    Optional<ObjectNode> find(Resource resource, String namespace, String name) {
        lock.lock();
        try {
            return Optional.ofNullable(objects.get(key(resource, namespace, name)))
                    .map(ObjectNode::deepCopy);
        } finally {
            lock.unlock();
        }
    }

    List<ObjectNode> list(Resource resource, String namespace) {
        String from = namespace.isEmpty() ? key(resource, "", "") : key(resource, namespace, "");
        lock.lock();
        try {
            String prefix = namespace.isEmpty() ? from.substring(0, from.length() - 1) : from;
            return objects.tailMap(prefix).entrySet().stream()
                    .takeWhile(e -> e.getKey().startsWith(prefix))
                    .map(e -> e.getValue().deepCopy())
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    long version() {
        lock.lock();
        try {
            return version;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Changes one object in a transaction of its own.
     *
     * @param change from the object as it is (null: absent) to as it shall be (null: absent)
     * @return the object after it, before it when it is gone
     */
    ObjectNode change(
            Resource resource,
            String namespace,
            String name,
            UnaryOperator<@Nullable ObjectNode> change) {
        lock.lock();
        try {
            String key = key(resource, namespace, name);
            ObjectNode before = objects.get(key);
            ObjectNode after = change.apply(before == null ? null : before.deepCopy());
            if (before != null && before.equals(after)) {
                return after;
            }
            version++;
            if (after == null) {
                objects.remove(key);
            } else {
                Json.child(after, "metadata").put("resourceVersion", Long.toString(version));
                objects.put(key, after.deepCopy());
            }
            Event event =
                    new Event(version, resource, before, after == null ? null : after.deepCopy());
            log.add(event);
            watchers.forEach(watcher -> send(watcher, event));
            changed.signalAll();
            if (after != null) {
                return after;
            }
            if (before == null) {
                throw StatusException.notFound(resource, name);
            }
            return before.deepCopy();
        } finally {
            lock.unlock();
        }
    }

    FakeStream watch(
            Resource resource, String namespace, Predicate<ObjectNode> selects, String after) {
        lock.lock();
        try {
            long from = after.isEmpty() ? version : Long.parseLong(after);
            if (from < compacted) {
                throw StatusException.expired("too old resource version: " + from);
            }
            Watcher watcher = new Watcher(resource, namespace, selects, new FakeStream(200));
            log.stream().filter(e -> e.version() > from).forEach(e -> send(watcher, e));
            watchers.add(watcher);
            return watcher.stream();
        } finally {
            lock.unlock();
        }
    }

    void breakWatches() {
        lock.lock();
        try {
            watchers.forEach(watcher -> watcher.stream().close());
            watchers.clear();
        } finally {
            lock.unlock();
        }
    }

    void compact() {
        lock.lock();
        try {
            compacted = version;
            log.clear();
        } finally {
            lock.unlock();
        }
    }

    <T> T await(Supplier<T> seen, Predicate<T> condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        lock.lock();
        try {
            T now = seen.get();
            while (!condition.test(now)) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new AssertionError("still not so after the deadline: " + now);
                }
                var _ = changed.awaitNanos(left);
                now = seen.get();
            }
            return now;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } finally {
            lock.unlock();
        }
    }

    private static void send(Watcher watcher, Event event) {
        if (!watcher.resource().equals(event.resource())) {
            return;
        }
        boolean was = event.before() != null && sees(watcher, event.before());
        boolean is = event.after() != null && sees(watcher, event.after());
        ObjectNode object = is ? event.after() : event.before();
        if (object == null || (!was && !is)) {
            return;
        }
        ObjectNode line = Json.object();
        line.put("type", was && is ? "MODIFIED" : is ? "ADDED" : "DELETED");
        ObjectNode copy = object.deepCopy();
        Json.child(copy, "metadata").put("resourceVersion", Long.toString(event.version()));
        line.set("object", copy);
        watcher.stream().put(Json.bytes(line));
    }

    private static boolean sees(Watcher watcher, ObjectNode object) {
        return (watcher.namespace().isEmpty()
                        || watcher.namespace().equals(Fields.text(object, "metadata", "namespace")))
                && watcher.selects().test(object);
    }

    private static String key(Resource resource, String namespace, String name) {
        return resource.groupResource()
                + "//"
                + namespace
                + (namespace.isEmpty() ? "" : "/")
                + name;
    }
}
