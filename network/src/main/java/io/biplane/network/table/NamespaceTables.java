package io.biplane.network.table;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.linux.netlink.NetlinkException;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.desired.DesiredTable;
import io.biplane.linux.nftables.desired.Predecessor;
import io.biplane.linux.nftables.desired.TableKeeper;
import io.biplane.linux.nftables.desired.TableKeeper.Synced;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Keeps some nftables tables of one namespace as they are desired. {@link #start} writes them
 * before it returns; after that they are compared with the kernel at a fixed interval and whenever
 * {@link #resync} says that something may have changed, and damage is repaired. The tables outlive
 * this, so that packets are treated the same while the process is restarted.
 */
public final class NamespaceTables implements AutoCloseable {
    /** ip-masq-agent's {@code resyncInterval}. */
    public static final Duration RESYNC_INTERVAL = Duration.ofSeconds(60);

    /** How often a namespace that somebody keeps changing is compared at most. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Logger LOG = System.getLogger(NamespaceTables.class.getName());

    private final String name;
    private final TableKeeper keeper;
    private final List<DesiredTable> tables;
    private final Duration interval;
    private final ScheduledExecutorService scheduler;
    private final Consumer<List<Table>> repaired;

    @GuardedBy("this")
    private @Nullable Future<?> next;

    /** When {@link #next} is due, in {@link System#nanoTime}'s count. */
    @GuardedBy("this")
    private long nextNanos;

    @GuardedBy("this")
    private long comparedNanos;

    @GuardedBy("this")
    private boolean failing;

    @GuardedBy("this")
    private boolean closed;

    /**
     * @param name names the namespace in the log
     * @param nftables of the namespace; stays open when this is closed
     * @param interval how long damage can last that nobody tells of
     * @param scheduler runs the comparisons, on a platform thread; those of a process share it
     * @param repaired hears which tables were damaged and are whole again, on that thread
     */
    public NamespaceTables(
            String name,
            Nftables nftables,
            List<DesiredTable> tables,
            Duration interval,
            ScheduledExecutorService scheduler,
            Consumer<List<Table>> repaired) {
        if (!interval.isPositive()) {
            throw new IllegalArgumentException("resync interval %s".formatted(interval));
        }
        this.name = name;
        this.keeper = new TableKeeper(nftables);
        this.tables = List.copyOf(tables);
        this.interval = interval;
        this.scheduler = scheduler;
        this.repaired = repaired;
    }

    /**
     * Writes the tables and begins to keep them.
     *
     * @param before if there was one, what it lost is told of as damage
     * @throws NetlinkException if the kernel refuses them
     */
    public void start(Predecessor before) {
        Synced synced;
        synchronized (this) {
            synced = keeper.sync(tables);
            comparedNanos = System.nanoTime();
            compareIn(interval);
        }
        if (before == Predecessor.SOME && !synced.repaired().isEmpty()) {
            tell(synced.repaired());
        }
    }

    /**
     * Compares soon, on the scheduler's thread: the ruleset of the namespace has changed, by
     * whomever. Returns at once; one question to the kernel is all it costs where nobody else has
     * changed anything.
     */
    public synchronized void resync() {
        if (next != null) {
            compareIn(PAUSE.minusNanos(System.nanoTime() - comparedNanos));
        }
    }

    /** Compares after {@code delay} at the latest. */
    @GuardedBy("this")
    private void compareIn(Duration delay) {
        long nanos = Math.max(0, delay.toNanos());
        long at = System.nanoTime() + nanos;
        Future<?> waiting = next;
        if (closed || (waiting != null && nextNanos - at <= 0)) {
            return;
        }
        if (waiting != null) {
            waiting.cancel(false);
        }
        nextNanos = at;
        try {
            next = scheduler.schedule(this::compare, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            closed = true; // the process ends
        }
    }

    private void compare() {
        List<Table> damaged = List.of();
        synchronized (this) {
            if (closed) {
                return;
            }
            next = null;
            try {
                damaged = keeper.sync(tables).repaired();
                failing = false;
            } catch (RuntimeException | Error e) {
                // Whatever it is, damage later on must be repaired, too.
                Level level = failing ? Level.DEBUG : Level.WARNING;
                LOG.log(level, () -> "nftables not compared namespace=" + name, e);
                failing = true;
            } finally {
                comparedNanos = System.nanoTime();
                compareIn(failing ? RETRY : interval);
            }
        }
        if (!damaged.isEmpty()) {
            tell(damaged);
        }
    }

    private void tell(List<Table> damaged) {
        LOG.log(
                Level.WARNING,
                () -> "nftables repaired namespace=%s tables=%s".formatted(name, damaged));
        try {
            repaired.accept(damaged);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, () -> "repair not told namespace=" + name, e);
        }
    }

    /** Ends the keeping; the tables stay. */
    @Override
    public synchronized void close() {
        closed = true;
        if (next != null) {
            next.cancel(false);
        }
    }
}
