package io.biplane.linux.nftables.desired;

import io.biplane.linux.nftables.Nftables;

/**
 * Whether another process kept tables in a namespace before this one. It decides what the first
 * comparison means: what differs is new, or was lost while nobody kept it.
 */
public enum Predecessor {
    /** Nobody, or nobody knows. */
    NONE,
    /** One did: an earlier run of this program, as a rule. */
    SOME;

    /**
     * Asks the kernel, for a namespace that only this program writes to. It must be asked before
     * the first table is written.
     */
    public static Predecessor in(Nftables kernel) {
        return kernel.generation() > Nftables.UNTOUCHED ? SOME : NONE;
    }
}
