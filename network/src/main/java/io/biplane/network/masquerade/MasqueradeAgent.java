package io.biplane.network.masquerade;

import io.biplane.linux.netlink.NetlinkException;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.desired.DesiredTable;
import io.biplane.linux.nftables.desired.TableKeeper;
import io.biplane.netip.IpFamily;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the masquerade of one node. {@link #start} writes it before it returns; after that it is
 * compared with the kernel at a fixed interval and damage is repaired. The rules outlive the agent,
 * so that pods keep their way out while it is restarted.
 */
public final class MasqueradeAgent implements AutoCloseable {
    /** ip-masq-agent's {@code resyncInterval}. */
    public static final Duration RESYNC_INTERVAL = Duration.ofSeconds(60);

    private static final Logger LOG = System.getLogger(MasqueradeAgent.class.getName());

    private final String node;
    private final TableKeeper keeper;
    private final Duration resyncInterval;
    private final List<DesiredTable> tables;
    private final ScheduledExecutorService scheduler;
    private @Nullable Future<?> resyncs;

    /**
     * @param node names the node in the log
     * @param nftables of the node's namespace; stays open when the agent is closed
     * @param resyncInterval how long damage can last
     * @param scheduler runs the comparisons, on a platform thread; the agents of a process share it
     */
    public MasqueradeAgent(
            String node,
            Nftables nftables,
            MasqueradePolicy policy,
            Duration resyncInterval,
            ScheduledExecutorService scheduler) {
        if (!resyncInterval.isPositive()) {
            throw new IllegalArgumentException("resync interval %s".formatted(resyncInterval));
        }
        this.node = node;
        this.keeper = new TableKeeper(nftables);
        this.resyncInterval = resyncInterval;
        this.tables = tables(policy);
        this.scheduler = scheduler;
    }

    /** The tables that a policy makes, one for each family. */
    public static List<DesiredTable> tables(MasqueradePolicy policy) {
        return Arrays.stream(IpFamily.values())
                .map(family -> MasqueradeTable.of(policy, family))
                .toList();
    }

    /**
     * Writes the rules and begins to keep them.
     *
     * @throws NetlinkException if the kernel refuses them
     */
    public synchronized void start() {
        keeper.sync(tables);
        long millis = resyncInterval.toMillis();
        resyncs =
                scheduler.scheduleWithFixedDelay(
                        this::resync, millis, millis, TimeUnit.MILLISECONDS);
    }

    private synchronized void resync() {
        try {
            if (keeper.sync(tables).compared()) {
                LOG.log(Level.DEBUG, () -> "compared masquerade node=" + node);
            }
        } catch (NetlinkException e) {
            LOG.log(Level.WARNING, () -> "masquerade not written node=" + node, e);
        }
    }

    /** Ends the keeping; the rules stay. */
    @Override
    public synchronized void close() {
        if (resyncs != null) {
            resyncs.cancel(false);
        }
    }
}
