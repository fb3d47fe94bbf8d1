package io.biplane.apiserver.allocation;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.api.Json;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.ServiceCidrView;
import io.biplane.apiserver.storage.ObjectKeys;
import io.biplane.netip.Prefix;
import io.biplane.store.Condition;
import io.biplane.store.KeyValue;
import io.biplane.store.Store;

import java.util.ArrayList;
import java.util.List;

/**
 * The blocks that new service addresses may come from: those of the ServiceCIDRs that are usable
 * now. They are few and change seldom, so every plan reads them from the store; an address is taken
 * under the condition that its ServiceCIDR is still the one that was read. So nothing is given out
 * of a block that is being deleted, and a lost race is planned again on what is there then.
 */
final class ServiceRanges {
    private static final String PREFIX = ObjectKeys.prefix(Kinds.SERVICE_CIDRS);
    private static final String END = Store.prefixEnd(PREFIX);

    /**
     * A usable block.
     *
     * @param name the ServiceCIDR's
     * @param unchanged that the ServiceCIDR is as it was read
     */
    record Block(String name, Prefix prefix, Condition unchanged) {}

    private final Store store;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private List<Condition> versions = List.of();

    @GuardedBy("lock")
    private List<Block> blocks = List.of();

    ServiceRanges(Store store) {
        this.store = store;
    }

    /**
     * The usable blocks as of now, by name of their ServiceCIDRs; objects that were read before are
     * not parsed again.
     */
    List<Block> usable() {
        List<KeyValue> entries = store.range(PREFIX, END, 0, 0).entries();
        List<Condition> read = entries.stream().map(ServiceRanges::unchanged).toList();
        synchronized (lock) {
            if (!read.equals(versions)) {
                blocks = entries.stream().flatMap(e -> blocks(e).stream()).toList();
                versions = read;
            }
            return blocks;
        }
    }

    private static Condition unchanged(KeyValue entry) {
        return new Condition.ModRevisionIs(entry.key(), entry.modRevision());
    }

    private static List<Block> blocks(KeyValue entry) {
        ServiceCidrView range = ServiceCidrView.of(Json.parseObject(entry.value()));
        List<Block> blocks = new ArrayList<>();
        if (range.usable()) {
            Condition unchanged = unchanged(entry);
            range.cidrs().forEach(p -> blocks.add(new Block(range.name(), p, unchanged)));
        }
        return blocks;
    }
}
