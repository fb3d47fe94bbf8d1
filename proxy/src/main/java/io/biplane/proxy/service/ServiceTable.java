package io.biplane.proxy.service;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.api.view.EndpointSliceView;
import io.biplane.api.view.ServiceView;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * All Services with their ports, kept up to date by changes of Services and slices. Only what a
 * change touches is computed again: {@link #drain} costs by the number of changed Services, not of
 * all.
 *
 * <p>A frontend has one owner. When a second Service claims it (its object came in before the first
 * one's deletion did), the second waits until the first lets go.
 *
 * <p>Threads: changes come from any, {@code drain} is called by one at a time.
 */
public final class ServiceTable {
    private static final Logger LOG = System.getLogger(ServiceTable.class.getName());

    /** The ports of one Service, as drained the last time and now. */
    public record Change(List<ServicePort> before, List<ServicePort> after) {}

    private static final class Row {
        @Nullable ServiceView service;
        final Map<String, EndpointSliceView> slices = new HashMap<>();
        List<ServicePort> ports = List.of();

        boolean isEmpty() {
            return service == null && slices.isEmpty() && ports.isEmpty();
        }
    }

    @GuardedBy("this")
    private final Map<ServiceName, Row> rows = new HashMap<>();

    @GuardedBy("this")
    private final Map<Frontend, ServiceName> owners = new HashMap<>();

    @GuardedBy("this")
    private final Set<ServiceName> dirty = new TreeSet<>();

    @GuardedBy("this")
    private final Set<ServiceName> waiting = new TreeSet<>();

    /** A Service was added, changed or, with {@code after} null, deleted. */
    public synchronized void serviceChanged(
            @Nullable ServiceView before, @Nullable ServiceView after) {
        ServiceView any = after != null ? after : before;
        if (any != null) {
            touch(any.namespace(), any.name()).service = after;
        }
    }

    /** A slice was added, changed or, with {@code after} null, deleted. */
    public synchronized void sliceChanged(
            @Nullable EndpointSliceView before, @Nullable EndpointSliceView after) {
        if (before != null && !before.service().isEmpty()) {
            touch(before.namespace(), before.service()).slices.remove(before.name());
        }
        if (after != null && !after.service().isEmpty()) {
            touch(after.namespace(), after.service()).slices.put(after.name(), after);
        }
    }

    /** Whether {@link #drain} would find something to compute. */
    public synchronized boolean isDirty() {
        return !dirty.isEmpty();
    }

    /** The number of Services known. */
    public synchronized int size() {
        return rows.size();
    }

    /**
     * Computes what changed since the last call; a Service whose ports came out equal is left out.
     */
    public synchronized List<Change> drain() {
        Set<ServiceName> changed = new TreeSet<>(dirty);
        Map<ServiceName, List<ServicePort>> wanted = wanted(changed);
        if (release(changed, wanted)) {
            Set<ServiceName> freed = new TreeSet<>(waiting);
            freed.removeAll(changed);
            wanted.putAll(wanted(freed));
            changed.addAll(freed);
        }
        List<Change> changes = new ArrayList<>();
        for (ServiceName name : changed) {
            Row row = row(name);
            List<ServicePort> before = row.ports;
            row.ports = claim(name, wanted.getOrDefault(name, List.of()));
            if (!before.equals(row.ports)) {
                changes.add(new Change(before, row.ports));
            }
            if (row.isEmpty()) {
                rows.remove(name);
            }
        }
        dirty.clear();
        return changes;
    }

    /**
     * Forgets what was drained: the next {@link #drain} gives all Services, as if they were new.
     */
    public synchronized void startOver() {
        owners.clear();
        waiting.clear();
        rows.values().forEach(row -> row.ports = List.of());
        dirty.addAll(rows.keySet());
    }

    @GuardedBy("this")
    private Row touch(String namespace, String name) {
        ServiceName key = new ServiceName(namespace, name);
        dirty.add(key);
        return row(key);
    }

    @GuardedBy("this")
    private Row row(ServiceName name) {
        return rows.computeIfAbsent(name, _ -> new Row());
    }

    @GuardedBy("this")
    private Map<ServiceName, List<ServicePort>> wanted(Set<ServiceName> names) {
        Map<ServiceName, List<ServicePort>> wanted = new HashMap<>();
        for (ServiceName name : names) {
            Row row = row(name);
            ServiceView service = row.service;
            if (service != null) {
                wanted.put(name, ports(name, service, row));
            }
        }
        return wanted;
    }

    /** One Service that cannot be served must not hold up the others. */
    private static List<ServicePort> ports(ServiceName name, ServiceView service, Row row) {
        try {
            return ServicePorts.of(service, row.slices.values(), row.ports);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, () -> "service=%s cannot be served".formatted(name), e);
            return List.of();
        }
    }

    /** Gives back the frontends that {@code names} no longer want; tells whether there were any. */
    @GuardedBy("this")
    private boolean release(Set<ServiceName> names, Map<ServiceName, List<ServicePort>> wanted) {
        boolean released = false;
        for (ServiceName name : names) {
            Set<Frontend> keep = new HashSet<>();
            wanted.getOrDefault(name, List.of()).forEach(port -> keep.addAll(port.frontends()));
            for (ServicePort port : row(name).ports) {
                for (Frontend frontend : port.frontends()) {
                    released |= !keep.contains(frontend) && owners.remove(frontend, name);
                }
            }
        }
        return released;
    }

    @GuardedBy("this")
    private List<ServicePort> claim(ServiceName name, List<ServicePort> ports) {
        boolean waited = waiting.remove(name);
        List<ServicePort> claimed = new ArrayList<>(ports.size());
        for (ServicePort port : ports) {
            List<Frontend> frontends = new ArrayList<>(port.frontends().size());
            for (Frontend frontend : port.frontends()) {
                if (claim(name, frontend)) {
                    frontends.add(frontend);
                }
            }
            claimed.add(port.withFrontends(frontends));
        }
        if (!waited && waiting.contains(name)) {
            LOG.log(
                    Level.WARNING,
                    () -> "service=%s waits for an address or port of another one".formatted(name));
        }
        return claimed;
    }

    @GuardedBy("this")
    private boolean claim(ServiceName name, Frontend frontend) {
        ServiceName owner = owners.putIfAbsent(frontend, name);
        if (owner == null || owner.equals(name)) {
            return true;
        }
        waiting.add(name);
        return false;
    }
}
