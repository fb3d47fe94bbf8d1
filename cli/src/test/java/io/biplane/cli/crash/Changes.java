package io.biplane.cli.crash;

import tools.jackson.databind.JsonNode;

import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Every change that is known to have taken effect; written by all writers. */
final class Changes {
    /** Where the version of a deletion would be: its answer does not say. */
    private static final long DELETED = 0;

    /**
     * A change of an object.
     *
     * @param revision 0 for its deletion
     */
    record Change(Kind kind, String uid, long revision) {}

    private final Set<Change> all = ConcurrentHashMap.newKeySet();
    private final Set<Long> revisions = ConcurrentHashMap.newKeySet();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final AtomicLong newest = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();

    void written(Kind kind, JsonNode object) {
        long revision = Api.revision(object);
        add(new Change(kind, Api.uid(object), revision));
        if (!revisions.add(revision)) {
            faults.add("revision %d given twice, now to %s".formatted(revision, object));
        }
        newest.accumulateAndGet(revision, Math::max);
    }

    void deleted(Kind kind, String uid) {
        add(new Change(kind, uid, DELETED));
    }

    private void add(Change change) {
        if (!all.add(change)) {
            faults.add("the same change twice: " + change);
        }
        acknowledged.incrementAndGet();
    }

    static Change of(Kind kind, String type, JsonNode object) {
        return new Change(
                kind, Api.uid(object), type.equals("DELETED") ? DELETED : Api.revision(object));
    }

    /** A write that was sent after {@code before} had been acknowledged must be newer. */
    void checkNewer(long before, JsonNode object) {
        if (Api.revision(object) <= before) {
            faults.add("written after revision %d was acknowledged: %s".formatted(before, object));
        }
    }

    void fault(String fault) {
        faults.add(fault);
    }

    /** The greatest revision that was acknowledged. */
    long newest() {
        return newest.get();
    }

    long count() {
        return acknowledged.get();
    }

    Set<Change> all() {
        return all;
    }

    Queue<String> faults() {
        return faults;
    }
}
