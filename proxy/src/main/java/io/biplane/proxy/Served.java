package io.biplane.proxy;

import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.Transaction;
import io.biplane.linux.nftables.desired.Predecessor;
import io.biplane.linux.nftables.desired.TableKeeper;
import io.biplane.linux.nftables.desired.TableKeeper.Synced;
import io.biplane.netip.Prefix;
import io.biplane.proxy.nftables.ServiceRuleset;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One namespace that the proxy serves, with its own times: when it is compared next, and when it is
 * tried again after a failure, hangs on no other namespace. Only the proxy's thread uses it, except
 * where a method says otherwise.
 */
final class Served {
    private static final Logger LOG = System.getLogger(Served.class.getName());
    private static final long FIRST_RETRY_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST_RETRY_NANOS = Duration.ofSeconds(30).toNanos();

    /** How often a namespace that somebody keeps changing is compared at most. */
    private static final long PAUSE_NANOS = Duration.ofMillis(500).toNanos();

    private final String name;
    private final List<Prefix> localSources;
    private final Predecessor before;
    private final TableKeeper keeper;
    private final long periodNanos;
    private final CompletableFuture<@Nullable Void> written = new CompletableFuture<>();
    private volatile boolean asked;
    private boolean current;
    private boolean failing;
    private volatile long dueNanos = System.nanoTime();
    private volatile long comparedNanos = dueNanos - PAUSE_NANOS;
    private long retryNanos = FIRST_RETRY_NANOS;

    /**
     * @param before if there was one, what differs at first was lost while nobody kept it
     */
    Served(
            String name,
            Nftables nftables,
            List<Prefix> localSources,
            Predecessor before,
            Duration syncPeriod) {
        this.name = name;
        this.localSources = List.copyOf(localSources);
        this.before = before;
        this.keeper = new TableKeeper(nftables);
        this.periodNanos = syncPeriod.toNanos();
    }

    String name() {
        return name;
    }

    /** Completes when the tables were written for the first time; for any thread. */
    CompletableFuture<@Nullable Void> written() {
        return written;
    }

    /** Its ruleset may have been changed, so it is compared soon; for any thread. */
    void ask() {
        asked = true;
    }

    /** When it is to be compared, in {@link System#nanoTime}'s count; for any thread. */
    long dueNanos() {
        long soon = comparedNanos + PAUSE_NANOS;
        return asked && soon - dueNanos < 0 ? soon : dueNanos;
    }

    /** What the kernel has is not known any more: everything is compared at once. */
    void doubt() {
        current = false;
        dueNanos = System.nanoTime();
    }

    /** Writes a change on top of the last one; nothing if there is no base to put it on. */
    void change(Transaction transaction) {
        if (!current) {
            return;
        }
        try {
            keeper.change(transaction);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.DEBUG, () -> "change not written, comparing namespace=" + name, e);
            doubt();
        }
    }

    /**
     * Compares everything with the kernel, if it is time to and anyone else has changed anything.
     *
     * @return the tables that were damaged, and are whole again
     */
    List<Table> syncIfDue(ServiceRuleset ruleset) {
        long start = System.nanoTime();
        if (dueNanos() - start > 0) {
            return List.of();
        }
        asked = false; // before the look: what is asked from now on is looked at again
        try {
            Synced synced = keeper.sync(() -> ruleset.tables(localSources));
            return succeeded(synced, System.nanoTime() - start);
        } catch (RuntimeException | Error e) {
            failed(e);
            return List.of();
        } finally {
            comparedNanos = System.nanoTime();
        }
    }

    private List<Table> succeeded(Synced synced, long tookNanos) {
        boolean first = written.complete(null);
        LOG.log(
                first || failing ? Level.INFO : Level.DEBUG,
                () ->
                        "synced nftables namespace=%s compared=%s took=%dms"
                                .formatted(name, synced.compared(), tookNanos / 1_000_000));
        current = true;
        failing = false;
        retryNanos = FIRST_RETRY_NANOS;
        dueNanos = System.nanoTime() + periodNanos;
        return first && before == Predecessor.NONE ? List.of() : synced.repaired();
    }

    /** Whatever it is: it must not stop the other namespaces, and this one is tried again. */
    private void failed(Throwable e) {
        LOG.log(
                failing ? Level.DEBUG : Level.WARNING,
                () -> "nftables not written namespace=" + name,
                e);
        current = false;
        failing = true;
        dueNanos = System.nanoTime() + retryNanos;
        retryNanos = Math.min(2 * retryNanos, LONGEST_RETRY_NANOS);
    }
}
