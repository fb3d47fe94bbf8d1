package io.biplane.proxy;

import io.biplane.linux.SyscallException;
import io.biplane.linux.netlink.NetlinkException;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.Transaction;
import io.biplane.linux.nftables.desired.TableKeeper;
import io.biplane.netip.Prefix;
import io.biplane.proxy.nftables.ServiceRuleset;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One namespace that the proxy serves. Only the proxy's thread uses it. */
final class Served {
    private static final Logger LOG = System.getLogger(Served.class.getName());

    private final String name;
    private final List<Prefix> localSources;
    private final TableKeeper keeper;
    private final CompletableFuture<@Nullable Void> written = new CompletableFuture<>();
    private boolean current;

    Served(String name, Nftables nftables, List<Prefix> localSources) {
        this.name = name;
        this.localSources = localSources;
        this.keeper = new TableKeeper(nftables);
    }

    String name() {
        return name;
    }

    /** Completes when the tables were written for the first time. */
    CompletableFuture<@Nullable Void> written() {
        return written;
    }

    /** Whether the tables are as they were last desired, as far as is known. */
    boolean current() {
        return current;
    }

    /** Writes a change on top of the last one; nothing if there is no base to put it on. */
    void change(Transaction transaction) {
        if (current) {
            attempt(() -> keeper.change(transaction));
        }
    }

    /** Compares everything with the kernel, if anyone else has changed anything. */
    void sync(ServiceRuleset ruleset) {
        long start = System.nanoTime();
        boolean first = !written.isDone();
        attempt(() -> {
            boolean compared = keeper.sync(ruleset.tables(localSources)).compared();
            LOG.log(
                    first ? Level.INFO : Level.DEBUG,
                    () ->
                            "synced nftables namespace=%s compared=%s took=%dms"
                                    .formatted(name, compared, millisSince(start)));
        });
        if (current) {
            written.complete(null);
        }
    }

    private void attempt(Runnable write) {
        try {
            write.run();
            current = true;
        } catch (NetlinkException | SyscallException | IllegalStateException e) {
            current = false; // a namespace that went away must not stop the others
            LOG.log(Level.WARNING, () -> "nftables not written namespace=" + name, e);
        }
    }

    private static long millisSince(long start) {
        return Duration.ofNanos(System.nanoTime() - start).toMillis();
    }
}
