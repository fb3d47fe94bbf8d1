package io.biplane.store.embedded;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Keys to their versions, and revisions to what they did. The committing thread writes; readers
 * take no lock and pass over revisions above {@link #visible()}, which are not durable yet.
 */
final class Index {
    private final ConcurrentSkipListMap<String, Version> newest;
    private final ConcurrentSkipListMap<Long, Commit> history = new ConcurrentSkipListMap<>();
    private @Nullable String askedKey;
    private @Nullable Version asked;
    private volatile long visible;
    private volatile long compacted;

    /**
     * @param sorted what there is, as loaded
     */
    Index(SortedVersions sorted, long visible, long compacted) {
        newest = new ConcurrentSkipListMap<>(sorted);
        this.visible = visible;
        this.compacted = compacted;
    }

    long visible() {
        return visible;
    }

    /** Lets readers see all revisions up to this one. */
    void publish(long revision) {
        visible = revision;
    }

    long compacted() {
        return compacted;
    }

    /**
     * The last version, durable or not, deletions included. For the committing thread, which asks
     * twice in a row: for a condition, and for the operation that it guards.
     */
    @Nullable Version newest(String key) {
        if (!key.equals(askedKey)) {
            asked = newest.get(key);
            askedKey = key;
        }
        return asked;
    }

    /** The key as of a revision: null if it did not exist. */
    @Nullable Version at(String key, long revision) {
        return Version.at(newest.get(key), revision);
    }

    NavigableMap<String, Version> range(String from, String toExclusive) {
        return newest.subMap(from, true, toExclusive, false);
    }

    void put(Version version) {
        askedKey = null;
        newest.put(version.key, version);
    }

    /** Takes the last version of a key back. */
    void undo(Version version) {
        askedKey = null;
        Version previous = version.previous;
        if (previous == null) {
            newest.remove(version.key);
        } else {
            newest.put(version.key, previous);
        }
    }

    void remember(Commit commit) {
        history.put(commit.revision(), commit);
    }

    /** What happened after one revision up to another. */
    NavigableMap<Long, Commit> history(long after, long upTo) {
        return history.subMap(after, false, Math.max(after, upTo), true);
    }

    /** The first commit after a revision; null if there is none. */
    @Nullable Commit firstAfter(long revision) {
        Map.Entry<Long, Commit> entry = history.higherEntry(revision);
        return entry == null ? null : entry.getValue();
    }

    /** From here on readers below the revision are refused; call it before {@link #forget}. */
    void setCompacted(long revision) {
        compacted = revision;
    }

    /** Drops the history up to a revision, and the versions that only it needed. */
    void forget(long upTo) {
        askedKey = null;
        ConcurrentNavigableMap<Long, Commit> gone = history.headMap(upTo, true);
        for (Commit commit : gone.values()) {
            for (Commit.Event event : commit.events()) {
                Version version = event.now();
                version.previous = null;
                if (version.deleted) {
                    newest.remove(
                            version.key,
                            version); // if it is the newest; under a newer one it means the same as
                    // nothing
                }
            }
        }
        gone.clear();
    }
}
