package io.biplane.linux.nftables.desired;

import io.biplane.linux.Errno;
import io.biplane.linux.netlink.NetlinkException;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.Transaction;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Keeps some tables of one namespace as they are desired. The kernel numbers every change of a
 * namespace's ruleset; while that number is the one that our last change led to, nobody else has
 * changed anything, and nothing needs to be compared. Where it is another, the tables are compared,
 * and nothing is written as long as they are right: keepers of different tables in one namespace do
 * not set each other going.
 *
 * <p>One thread at a time uses it; it does not close the {@link Nftables} that it is given.
 */
public final class TableKeeper {
    private static final long UNKNOWN = -1;

    /** The errors that come of what is there already, and not of a lack of memory or rights. */
    private static final List<Integer> CONTENT_IN_THE_WAY =
            List.of(
                    Errno.EEXIST,
                    Errno.ENOENT,
                    Errno.EBUSY,
                    Errno.EINVAL,
                    Errno.ENFILE,
                    Errno.EOPNOTSUPP);

    /** The ways to a table as it is desired; the next one is for where one does not lead there. */
    private static final List<BiFunction<Nftables, DesiredTable, Transaction>> WAYS =
            List.of(Repair::of, Repair::rebuilding, Repair::anew);

    private final Nftables kernel;
    private long generation = UNKNOWN;

    public TableKeeper(Nftables kernel) {
        this.kernel = kernel;
    }

    /**
     * What {@link #sync} did.
     *
     * @param compared false if no one has changed the ruleset since
     * @param repaired the tables that were not as desired, and are so now
     */
    public record Synced(boolean compared, List<Table> repaired) {
        private static final Synced UNCHANGED = new Synced(false, List.of());

        public Synced {
            repaired = List.copyOf(repaired);
        }
    }

    /**
     * Makes the kernel's tables as {@code desired}, in one transaction. What is right already stays
     * untouched: a process that starts adopts what a former one left. So does what the kernel has
     * learnt, in a table of which other things are wrong; it is lost with the set that it is in, if
     * that one is declared otherwise, and with a table that can be repaired in no other way than by
     * deleting it.
     *
     * @throws NetlinkException if the kernel refuses
     */
    public Synced sync(Collection<DesiredTable> desired) {
        return sync(() -> desired);
    }

    /** As {@link #sync(Collection)}; what is desired is asked for only if it is to be compared. */
    public Synced sync(Supplier<? extends Collection<DesiredTable>> tables) {
        long before = kernel.generation();
        if (before != UNKNOWN && generation == before) {
            return Synced.UNCHANGED;
        }
        Collection<DesiredTable> desired = tables.get();
        for (int way = 0; ; way++) {
            Transaction repair = new Transaction();
            List<DesiredTable> differing = new ArrayList<>();
            for (DesiredTable table : desired) {
                Transaction own = repair(table, way);
                own.operations().forEach(repair::with);
                if (!own.isEmpty()) {
                    differing.add(table);
                }
            }
            try {
                commit(repair, before);
                return new Synced(true, differing.stream().map(DesiredTable::table).toList());
            } catch (NetlinkException e) {
                if (way == WAYS.size() - 1
                        || !CONTENT_IN_THE_WAY.contains(e.errno())
                        || kernel.generation() != before) {
                    throw e; // or somebody wrote meanwhile, and the next comparison sees that
                }
            }
            desired = differing; // it is none of the others that was refused
        }
    }

    private Transaction repair(DesiredTable table, int way) {
        try {
            return WAYS.get(way).apply(kernel, table);
        } catch (IllegalArgumentException | IllegalStateException unreadable) {
            if (way == WAYS.size() - 1) {
                throw unreadable;
            }
            return repair(table, way + 1);
        }
    }

    /**
     * Writes a change on top of what was written before.
     *
     * @throws NetlinkException if the kernel refuses, as it does when something that is changed is
     *     not there; the next {@link #sync} then compares everything
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
            generation = transaction.isEmpty() ? before : before + 1;
        }
    }
}
