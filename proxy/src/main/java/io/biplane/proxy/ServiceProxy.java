package io.biplane.proxy;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.api.view.EndpointSliceView;
import io.biplane.api.view.ServiceView;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.informer.Informer;
import io.biplane.client.informer.Informers;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.Table;
import io.biplane.linux.nftables.Transaction;
import io.biplane.linux.nftables.desired.Predecessor;
import io.biplane.loop.BackOff;
import io.biplane.loop.Loop;
import io.biplane.proxy.config.ProxyConfig;
import io.biplane.proxy.nftables.ServiceRuleset;
import io.biplane.proxy.service.ServiceTable;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

/**
 * The proxy of all namespaces of this process: of the nodes, and of the fabric for the host. What
 * Services ask for is computed once; a change is one small transaction, committed to each
 * namespace.
 *
 * <p>A loop on a platform thread of its own: the first change is written at once, and those that
 * come within {@link ProxyConfig#coalesce} after it together. Each namespace is compared with what
 * it should hold every {@link ProxyConfig#syncPeriod}, after a failure, and when {@link #check}
 * says that somebody has changed something there; one that fails does not hold up the others.
 * Nothing is written before the informers have synced, so that a restart leaves what is there in
 * place until it knows better. Closing leaves the tables in the kernel, too.
 */
public final class ServiceProxy implements AutoCloseable {
    private static final Logger LOG = System.getLogger(ServiceProxy.class.getName());
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final ProxyConfig config;
    private final ServiceTable services;
    private final Informer<ServiceView> serviceInformer;
    private final Informer<EndpointSliceView> sliceInformer;
    private final Loop loop;

    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Map<String, Served> wanted = new LinkedHashMap<>();

    /** Held while namespaces are written to; taken before {@link #lock}. */
    private final Object writing = new Object();

    private volatile BiConsumer<String, List<Table>> repaired = (_, _) -> {};

    // Of the loop's thread only:
    private ServiceRuleset ruleset;
    private long pruneNanos;

    /**
     * Asks {@code informers} for Services and EndpointSlices; someone else starts and closes them.
     */
    public ServiceProxy(ProxyConfig config, Informers informers) {
        this.config = config;
        this.services = new ServiceTable();
        this.ruleset = new ServiceRuleset(config);
        this.pruneNanos = System.nanoTime() + config.syncPeriod().toNanos();
        this.serviceInformer = informers.informer(ViewedKind.SERVICES);
        this.sliceInformer = informers.informer(ViewedKind.ENDPOINT_SLICES);
        this.loop =
                Loop.platform("service-proxy")
                        .coalesce(config.coalesce())
                        .retry(BackOff.always(RETRY))
                        .onFailure(this::failed)
                        .run(this::turn);
    }

    /**
     * Tells {@code listener} of tables that somebody had damaged and that are whole again, with the
     * name of their namespace; on the loop's thread.
     */
    public void onRepair(BiConsumer<String, List<Table>> listener) {
        repaired = listener;
    }

    /** Begins to serve. */
    public void start() {
        serviceInformer.listen((before, after) -> {
            services.serviceChanged(before, after);
            loop.wake();
        });
        sliceInformer.listen((before, after) -> {
            services.sliceChanged(before, after);
            loop.wake();
        });
        loop.start();
    }

    /**
     * Serves a namespace from now on. What a former process left there is adopted.
     *
     * @param name names it in the log and in {@link #leave}
     * @param nftables of the namespace; the caller closes it, after {@link #leave}
     * @param before whether someone served it until now: then what differs at first is told of as
     *     damage. It may also be what Services have changed in since that one ended.
     * @return completes when the namespace's tables are written for the first time
     */
    public CompletableFuture<@Nullable Void> serve(
            String name, Nftables nftables, Predecessor before) {
        Served served =
                new Served(name, nftables, config.clusterCidr(), before, config.syncPeriod());
        lock.lock();
        try {
            wanted.put(name, served);
        } finally {
            lock.unlock();
        }
        loop.wake();
        return served.written();
    }

    /**
     * The ruleset of a namespace has changed, by whomever: it is compared soon. Returns at once,
     * and costs one question to the kernel where nobody else has changed anything; many calls are
     * two comparisons a second. A name that is not served is passed over.
     */
    public void check(String name) {
        Served served;
        lock.lock();
        try {
            served = wanted.get(name);
        } finally {
            lock.unlock();
        }
        if (served != null) {
            served.ask();
            loop.wakeAfter(Duration.ofNanos(served.dueNanos() - System.nanoTime()));
        }
    }

    /** Serves a namespace no longer; its tables stay as they are. Waits for a write under way. */
    public void leave(String name) {
        synchronized (writing) {
            lock.lock();
            try {
                wanted.remove(name);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Ends the loop and waits for its end. */
    @Override
    public void close() {
        loop.close();
    }

    private void turn() throws InterruptedException {
        if (!serviceInformer.awaitSynced(RETRY) || !sliceInformer.awaitSynced(RETRY)) {
            LOG.log(Level.DEBUG, () -> "waiting for Services and EndpointSlices");
            loop.wakeAfter(Duration.ZERO);
            return;
        }
        synchronized (writing) {
            write();
        }
        loop.wakeAfter(untilDue());
    }

    private void failed(Throwable cause, boolean first) {
        LOG.log(first ? Level.ERROR : Level.DEBUG, "Services not written, starting over", cause);
        startOver();
    }

    /** How long until there is something to do, even if nothing changes. */
    private Duration untilDue() {
        long now = System.nanoTime();
        long left = pruneNanos - now;
        for (Served served : namespaces()) {
            left = Math.min(left, served.dueNanos() - now);
        }
        return Duration.ofNanos(left);
    }

    @GuardedBy("writing")
    private void write() {
        List<Transaction> changes = List.of(ruleset.change(services.drain()), prune());
        for (Served served : namespaces()) {
            changes.forEach(served::change);
            List<Table> damaged = served.syncIfDue(ruleset);
            if (!damaged.isEmpty()) {
                tell(served.name(), damaged);
            }
        }
    }

    private void tell(String name, List<Table> damaged) {
        LOG.log(
                Level.WARNING,
                () -> "nftables repaired namespace=%s tables=%s".formatted(name, damaged));
        try {
            repaired.accept(name, damaged);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, () -> "repair not told namespace=" + name, e);
        }
    }

    private Transaction prune() {
        if (pruneNanos - System.nanoTime() > 0) {
            return new Transaction();
        }
        pruneNanos = System.nanoTime() + config.syncPeriod().toNanos();
        return ruleset.prune();
    }

    private List<Served> namespaces() {
        lock.lock();
        try {
            return List.copyOf(wanted.values());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Half a round may have been counted: everything is computed anew, and compared with the
     * kernel.
     */
    private void startOver() {
        services.startOver();
        ruleset = new ServiceRuleset(config);
        namespaces().forEach(Served::doubt);
    }
}
