package io.biplane.apiserver.watch;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** A queue of changes by rising revision that can be searched; not for many threads. */
final class ChangeRing {
    // The length is always a power of two.
    private @Nullable LoggedChange[] slots = new LoggedChange[64];
    private int first;
    private int size;

    int size() {
        return size;
    }

    void add(LoggedChange change) {
        if (size == slots.length) {
            @Nullable LoggedChange[] larger = new LoggedChange[2 * size];
            for (int i = 0; i < size; i++) {
                larger[i] = get(i);
            }
            slots = larger;
            first = 0;
        }
        slots[(first + size) & (slots.length - 1)] = change;
        size++;
    }

    LoggedChange removeFirst() {
        LoggedChange oldest = get(0);
        slots[first] = null;
        first = (first + 1) & (slots.length - 1);
        size--;
        return oldest;
    }

    /**
     * The changes after a revision, oldest first; about {@code limit} of them, and never a part of
     * a revision.
     */
    List<LoggedChange> after(long revision, int limit) {
        List<LoggedChange> found = new ArrayList<>();
        for (int i = indexAfter(revision); i < size; i++) {
            LoggedChange change = get(i);
            if (found.size() >= limit && found.getLast().revision() != change.revision()) {
                break;
            }
            found.add(change);
        }
        return found;
    }

    private int indexAfter(long revision) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (get(middle).revision() <= revision) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private LoggedChange get(int index) {
        LoggedChange change = slots[(first + index) & (slots.length - 1)];
        if (change == null) {
            throw new IllegalStateException("no change at " + index + " of " + size);
        }
        return change;
    }
}
