package io.biplane.store.disk;

/** Takes the records of a contiguous part of the log, in order. One thread uses it. */
public interface RecordTaker {
    /** Whether records come with their values; those of leases always do. */
    boolean wantsValues();

    /**
     * One record, proven intact.
     *
     * @param valueBytes the size of its value, -1 if it has none
     */
    void take(StoreRecord record, int valueBytes);

    /** After the last one. */
    void end();
}
