package io.biplane.store.history;

/**
 * One call and what came of it.
 *
 * @param called instant before the call, {@link System#nanoTime}
 * @param returned instant after the answer; of an unknown outcome it says nothing
 */
public record Operation(String client, Action action, Outcome outcome, long called, long returned) {

    /** The revision that a write made, 0 if it made none or its answer does not say. */
    long revision() {
        return outcome instanceof Outcome.Done(long revision) ? revision : 0;
    }

    /** What was asked of a key. Values are different from one another in all of a history. */
    public sealed interface Action {
        record Read() implements Action {}

        /** Fails if the key exists. */
        record Create(String value) implements Action {}

        /** Creates or replaces. */
        record Put(String value) implements Action {}

        /** Fails unless the key was last changed at this revision. */
        record Update(long revision, String value) implements Action {}

        /**
         * Fails unless the key was last changed at this revision.
         *
         * @param revision 0 for any
         */
        record Delete(long revision) implements Action {}
    }

    /** What was answered. */
    public sealed interface Outcome {
        record Found(String value, long revision) implements Outcome {}

        record Absent() implements Outcome {}

        /**
         * A write that took effect.
         *
         * @param revision 0 if the answer does not say
         */
        record Done(long revision) implements Outcome {}

        /** A write whose condition did not hold. */
        record Refused() implements Outcome {}

        /** No answer: it takes effect once, at any later time, or never. */
        record Unknown() implements Outcome {}
    }
}
