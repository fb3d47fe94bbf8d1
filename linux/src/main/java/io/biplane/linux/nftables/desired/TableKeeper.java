package io.biplane.linux.nftables.desired;

import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.Transaction;

import java.util.Collection;

/**
 * Keeps some tables of one namespace as they are desired. The kernel numbers every change of a
 * namespace's ruleset; while that number is the one that our last change led to, nobody else has
 * changed anything, and nothing needs to be compared.
 *
 * <p>One thread at a time uses it; it does not close the {@link Nftables} that it is given.
 */
public final class TableKeeper {
    private static final long UNKNOWN = -1;

    private final Nftables kernel;
    private long generation = UNKNOWN;

    public TableKeeper(Nftables kernel) {
        this.kernel = kernel;
    }

    /**
     * Makes the kernel's tables as {@code desired}, in one transaction. What is right already stays
     * untouched: a process that starts adopts what a former one left.
     *
     * @return whether there was anything to compare; false if no one changed the ruleset meanwhile
     * @throws io.biplane.linux.netlink.NetlinkException if the kernel refuses
     */
    public boolean sync(Collection<DesiredTable> desired) {
        long before = kernel.generation();
        if (before != UNKNOWN && generation == before) {
            return false;
        }
        Transaction transaction = new Transaction();
        desired.forEach(table -> Repair.add(kernel, table, transaction));
        commit(transaction, before);
        return true;
    }

    /**
     * Writes a change on top of what was written before.
     *
     * @throws io.biplane.linux.netlink.NetlinkException if the kernel refuses, as it does when
     *     something that is changed is not there; the next {@link #sync} then compares everything
     */
    public void change(Transaction transaction) {
        if (!transaction.isEmpty()) {
            commit(transaction, generation);
        }
    }

    private void commit(Transaction transaction, long before) {
        generation = UNKNOWN;
        kernel.commit(transaction);
        if (before != UNKNOWN) {
            generation = before + 1;
        }
    }
}
