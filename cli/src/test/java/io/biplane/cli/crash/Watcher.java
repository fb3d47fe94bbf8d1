package io.biplane.cli.crash;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.cli.crash.Changes.Change;
import io.biplane.client.LineStream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Follows one kind as a client would: lists, watches from there, after a broken connection watches
 * from the last version it saw, and after a 410 lists again. Complains of an event that it has had,
 * of one that does not fit what it knows, and of one out of order.
 */
final class Watcher implements Runnable {
    private static final int GONE = 410;

    /** What it has not seen, because it was gone. */
    private record Gap(long after, long upTo) {}

    /** An object as the last event left it. */
    private record Seen(String uid, long revision) {}

    private final Kind kind;
    private final Api api;
    private final Availability server;
    private final Changes changes;
    private final Map<String, Seen> objects = new HashMap<>();
    private final Map<Change, String> seen = new HashMap<>();
    private final List<Gap> gaps = new ArrayList<>();
    private long last;
    private boolean listed;

    Watcher(Kind kind, Api api, Availability server, Changes changes) {
        this.kind = kind;
        this.api = api;
        this.server = server;
        this.changes = changes;
    }

    @Override
    public void run() {
        try {
            while (server.awaitUp()) {
                try {
                    if (!listed) {
                        list();
                    }
                    follow();
                } catch (UncheckedIOException | IOException _) {
                    // killed: from the last version again, when it is back
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            changes.fault("watcher of %s: %s".formatted(kind, e));
            throw e;
        }
    }

    private void list() {
        Api.Listed list = api.list(kind.collection);
        synchronized (this) {
            if (last > 0) {
                gaps.add(new Gap(last, list.revision()));
            }
            objects.clear();
            for (ObjectNode item : list.items()) {
                objects.put(Api.name(item), new Seen(Api.uid(item), Api.revision(item)));
            }
            last = list.revision();
            listed = true;
            notifyAll();
        }
    }

    private void follow() throws IOException {
        try (LineStream lines = api.watch(kind.collection, last)) {
            if (lines.code() == GONE) {
                listed = false;
                return;
            }
            if (lines.code() != 200) {
                changes.fault("watch of %s: code %d".formatted(kind, lines.code()));
                return;
            }
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                ObjectNode event = Json.parseObject(line);
                ObjectNode object = (ObjectNode) event.path("object");
                if (!event(Fields.string(event, "type"), object)) {
                    return;
                }
            }
        }
    }

    /** Returns whether the watch goes on. */
    private synchronized boolean event(String type, ObjectNode object) {
        if (type.equals("ERROR")) {
            listed = object.path("code").intValue(0) != GONE;
            if (listed) {
                changes.fault("watch of %s: %s".formatted(kind, object));
            }
            return false;
        }
        long revision = Api.revision(object);
        boolean inOrder = type.equals("BOOKMARK") ? revision >= last : revision > last;
        if (!inOrder || !fits(type, object)) {
            changes.fault(
                    "watch of %s, after %d and with %s: %s %s"
                            .formatted(kind, last, objects.get(Api.name(object)), type, object));
        }
        last = Math.max(last, revision);
        notifyAll();
        return true;
    }

    private boolean fits(String type, JsonNode object) {
        String name = Api.name(object);
        Seen now = new Seen(Api.uid(object), Api.revision(object));
        Seen before = objects.get(name);
        boolean known = before != null && before.uid().equals(now.uid());
        switch (type) {
            case "ADDED", "MODIFIED" -> objects.put(name, now);
            case "DELETED" -> objects.remove(name);
            default -> {
                return type.equals("BOOKMARK");
            }
        }
        boolean fresh = seen.put(Changes.of(kind, type, object), name) == null;
        return fresh && (type.equals("ADDED") ? before == null : known);
    }

    /** Waits until it has listed: from there on it misses nothing. */
    synchronized void awaitListed() throws InterruptedException {
        while (last == 0) {
            wait();
        }
    }

    /** Waits until it has seen everything up to the list. */
    synchronized void awaitCaughtUp(Api.Listed list, long deadlineNanos)
            throws InterruptedException {
        Map<String, Seen> wanted = new HashMap<>();
        for (ObjectNode item : list.items()) {
            wanted.put(Api.name(item), new Seen(Api.uid(item), Api.revision(item)));
        }
        while (!objects.equals(wanted)) {
            long millis = (deadlineNanos - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                throw new AssertionError(
                        "a watch of %s has %s instead of %s".formatted(kind, objects, wanted));
            }
            wait(millis);
        }
    }

    Kind kind() {
        return kind;
    }

    /** How often it had to list again. */
    synchronized int relists() {
        return gaps.size();
    }

    /** The changes that were acknowledged and that it should have seen, and has not. */
    synchronized List<Change> missed() {
        return changes.all().stream()
                .filter(change -> change.kind() == kind && !seen.containsKey(change))
                .filter(change -> !mayBeInAGap(change))
                .toList();
    }

    private boolean mayBeInAGap(Change change) {
        return change.revision() == 0
                ? !gaps.isEmpty()
                : gaps.stream()
                        .anyMatch(gap ->
                                gap.after() < change.revision() && change.revision() <= gap.upTo());
    }

    /** The changes of objects with one writer that it has seen, and that nobody made. */
    synchronized List<Change> invented() {
        return seen.entrySet().stream()
                .filter(entry -> entry.getValue().startsWith(Slot.PREFIX))
                .map(Map.Entry::getKey)
                .filter(change -> !changes.all().contains(change))
                .toList();
    }
}
