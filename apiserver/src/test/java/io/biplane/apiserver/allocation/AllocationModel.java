package io.biplane.apiserver.allocation;

import com.google.errorprone.annotations.FormatMethod;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.registry.KindRegistry;
import io.biplane.api.service.ServiceCluster;
import io.biplane.apiserver.config.ApiServerConfig;
import io.biplane.apiserver.write.DeleteOptions;
import io.biplane.apiserver.write.ObjectDeleter;
import io.biplane.apiserver.write.ObjectWriter;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;
import io.biplane.netip.allocation.AddressAllocator;
import io.biplane.netip.allocation.PortRange;
import io.biplane.store.KeyValue;
import io.biplane.store.Store;
import io.biplane.store.Txn;
import io.biplane.store.memory.MemoryStore;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Two API servers on one faulty store, given random requests, one of which may come between
 * another's plan and its commit; they are started anew now and then. After each request: what the
 * client was told is what is stored, and the claims are right. All on one thread, so that a seed
 * gives one run.
 */
final class AllocationModel implements AutoCloseable {
    private static final PortRange NODE_PORTS = PortRange.parse("30000-30047");
    private static final int SERVICES = 36;
    private static final int NODES = 12;
    private static final int CHECK_ALL_EVERY = 5_000;
    private static final int COMPACT_EVERY = 1_000;
    private static final int FAULT_ONE_IN = 150;
    private static final int INTERLEAVE_ONE_IN = 15;
    private static final int RESTART_ONE_IN = 2_000;

    /** An API server's part. */
    private record Server(Allocations allocations, ObjectWriter writer, ObjectDeleter deleter) {}

    /** What one request may do, and what it did. */
    private static final class Request {
        int commits;
        boolean interrupted;

        /** How many node ports were asked for, if any. */
        int ports;
    }

    private final SplittableRandom random;
    private final List<Prefix> ranges;
    private final UnaryOperator<Allocation> damage;
    private final MemoryStore memory = new MemoryStore();
    private final FaultyStore store;
    private final ClaimChecker checker;
    private final RandomObjects objects;
    private final Server[] servers = new Server[2];
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private @Nullable Request current;
    private long steps;

    /**
     * @param damage what is made of the allocation of each kind
     */
    AllocationModel(long seed, UnaryOperator<Allocation> damage) {
        this.random = new SplittableRandom(seed);
        this.damage = damage;
        List<Prefix> both =
                new ArrayList<>(
                        List.of(Prefix.parse("10.96.0.0/27"), Prefix.parse("fd00:10:96::/123")));
        this.ranges = List.copyOf(random.nextBoolean() ? both : both.reversed());
        String namespace = "/registry/core/namespaces/default";
        memory.commit(Txn.put(namespace, Json.bytes(Json.parse("{\"metadata\":{}}"))));
        Ranges.put(
                memory, "kubernetes", ranges.stream().map(Prefix::toString).toArray(String[]::new));
        this.checker = new ClaimChecker(memory);
        this.store = new FaultyStore(memory, random.split(), this::applied, this::interleave);
        this.objects = new RandomObjects(random.split(), ranges, NODE_PORTS);
        store.failOneIn(FAULT_ONE_IN);
        start(0);
        start(1);
    }

    private void applied(Txn txn, long revision) {
        checker.applied(txn, revision);
        if (current != null) {
            current.commits++;
        }
    }

    /** Another request between somebody's plan and commit. */
    private void interleave() {
        Request outer = current;
        if (outer != null && !outer.interrupted && random.nextInt(INTERLEAVE_ONE_IN) == 0) {
            outer.interrupted = true;
            Request inner = new Request();
            inner.interrupted = true; // one level is enough
            current = inner;
            request(inner);
            current = outer;
        }
    }

    /** As if the process had died; a store that fails at the start is asked again. */
    private void start(int number) {
        Server old = servers[number];
        if (old != null) {
            old.allocations.close();
        }
        while (true) {
            try {
                Allocations allocations =
                        new Allocations(
                                store,
                                ranges.getFirst().family(),
                                NodePortRange.of(NODE_PORTS),
                                random.split());
                Map<Resource, Allocation> damaged = new HashMap<>();
                allocations.byResource().forEach((kind, a) -> damaged.put(kind, damage.apply(a)));
                List<IpFamily> families = ranges.stream().map(Prefix::family).toList();
                ObjectWriter writer =
                        new ObjectWriter(
                                store,
                                new KindRegistry(Kinds.BUILT_IN),
                                new ServiceCluster(families, true),
                                damaged,
                                ApiServerConfig.DEFAULT_EVENT_TTL);
                servers[number] = new Server(allocations, writer, new ObjectDeleter(writer));
                return;
            } catch (FaultyStore.InjectedException _) {
                count("start failed");
            }
        }
    }

    void run(long count) {
        for (long i = 0; i < count; i++) {
            steps++;
            store.deliverSome();
            if (random.nextInt(RESTART_ONE_IN) == 0) {
                start(random.nextInt(2));
                count("restart");
            }
            Request request = new Request();
            current = request;
            request(request);
            current = null;
            if (steps % COMPACT_EVERY == 0) {
                memory.compact(memory.revision());
            }
            if (steps % CHECK_ALL_EVERY == 0) {
                checker.all();
            }
        }
        checker.all();
    }

    private void request(Request request) {
        boolean service = random.nextInt(4) > 0;
        Resource kind = service ? Kinds.SERVICES : Kinds.NODES;
        String name = service ? "s" + random.nextInt(SERVICES) : "n" + random.nextInt(NODES);
        var target = new ObjectWriter.Target(kind, service ? "default" : null, name);
        String key =
                service
                        ? "/registry/core/services/default/" + name
                        : "/registry/core/nodes/" + name;
        Server server = servers[random.nextInt(2)];
        boolean exists = memory.get(key).isPresent();
        boolean likely = random.nextInt(20) > 0;
        String what = exists == likely ? (random.nextInt(4) == 0 ? "delete" : "update") : "create";
        try {
            switch (what) {
                case "create" -> create(server, target, key, request);
                case "update" -> update(server, target, key, request);
                default -> delete(server, target, key, request);
            }
            count(what + " " + kind.plural());
        } catch (FaultyStore.InjectedException e) {
            count("answer lost: " + e.getMessage());
            expect(request.commits <= 1, "%d commits in one %s", request.commits, what);
        } catch (StatusException e) {
            count("%s %s %d".formatted(what, kind.plural(), e.code()));
            expect(request.commits == 0, "refused, but written: %s", e.text());
            checkRefusal(e, request);
        }
    }

    private void create(Server server, ObjectWriter.Target target, String key, Request request) {
        ObjectNode sent =
                target.resource().equals(Kinds.SERVICES)
                        ? objects.service("default", target.name())
                        : objects.node(target.name());
        boolean dryRun = random.nextInt(30) == 0;
        request.ports = sent.path("spec").path("ports").size();
        ObjectWriter.Outcome outcome =
                server.writer.create(target.resource(), target.namespace(), sent, dryRun);
        checkOutcome(outcome, key, dryRun, request);
    }

    private void update(Server server, ObjectWriter.Target target, String key, Request request) {
        boolean dryRun = random.nextInt(30) == 0;
        boolean service = target.resource().equals(Kinds.SERVICES);
        // The client sends the same thing in each turn, even if another one was stored meanwhile.
        Optional<ObjectNode> read = server.writer.find(target).map(found -> found.copy());
        Optional<ObjectNode> sent =
                read.map(o -> service ? objects.change(o) : objects.changeNode(o));
        request.ports = sent.map(o -> o.path("spec").path("ports").size()).orElse(0);
        ObjectWriter.Outcome outcome =
                server.writer.change(
                        target,
                        now -> sent.map(ObjectNode::deepCopy).orElse(now),
                        ObjectWriter.Rules.OBJECT,
                        dryRun);
        checkOutcome(outcome, key, dryRun, request);
    }

    private void delete(Server server, ObjectWriter.Target target, String key, Request request) {
        ObjectDeleter.Deleted deleted =
                server.deleter.delete(
                        target,
                        new DeleteOptions(
                                OptionalLong.empty(),
                                DeleteOptions.Propagation.DEFAULT,
                                Optional.empty(),
                                Optional.empty(),
                                false));
        expect(request.commits <= 1, "%d commits in one deletion", request.commits);
        expect(
                deleted.removed() == memory.get(key).isEmpty(),
                "%s: removed is %s",
                key,
                deleted.removed());
    }

    private void checkOutcome(
            ObjectWriter.Outcome outcome, String key, boolean dryRun, Request request) {
        expect(
                request.commits <= (dryRun ? 0 : 1),
                "%d commits of %s, dry run %s",
                request.commits,
                key,
                dryRun);
        if (dryRun) {
            return;
        }
        Optional<KeyValue> stored = memory.get(key);
        expect(stored.isEmpty() == outcome.removed(), "%s: removed is %s", key, outcome.removed());
        if (stored.isPresent()) {
            ObjectNode told = outcome.object();
            String version = Fields.string(told, "metadata", "resourceVersion");
            expect(
                    version.equals(stored.get().modRevision() + ""),
                    "%s was told version %s, stored %d",
                    key,
                    version,
                    stored.get().modRevision());
            Json.child(told, "metadata").remove("resourceVersion");
            ObjectNode found = Json.parseObject(stored.get().value());
            found.remove(List.of("apiVersion", "kind"));
            told.remove(List.of("apiVersion", "kind"));
            expect(told.equals(found), "told %s, stored %s", told, found);
            complete(found);
        }
    }

    /** Nothing that the server must fill in is missing. */
    private static void complete(ObjectNode object) {
        var spec = object.path("spec");
        String type = spec.path("type").stringValue("");
        if (type.isEmpty() || type.equals("ExternalName")) {
            return;
        }
        boolean headless = spec.path("clusterIP").stringValue("").equals("None");
        expect(
                spec.path("clusterIPs").size() == (headless ? 1 : spec.path("ipFamilies").size()),
                "an address for each family: %s",
                spec);
        if (type.equals("NodePort")) {
            spec.path("ports")
                    .forEach(port -> expect(port.has("nodePort"), "no node port: %s", spec));
        }
    }

    /** What is refused as taken is taken, what is refused as full is full. */
    private void checkRefusal(StatusException e, Request request) {
        String text = e.text();
        if (e.code() == 500) {
            expect(text.contains("failed to allocate"), "an internal error that is none: %s", text);
        }
        if (request.interrupted) {
            return; // what it saw may have changed
        }
        if (text.contains("serviceIP") && text.endsWith("range is full")) {
            boolean full = false;
            for (Prefix range : ranges) {
                long capacity = new AddressAllocator(range, random).capacity().longValueExact();
                String claims =
                        ClaimChecker.ADDRESSES
                                + (range.family() == IpFamily.IPV4 ? "10." : "fd00:");
                full |= checker.heldUnder(claims) == capacity;
            }
            expect(full, "not full: %s", text);
        } else if (text.contains("nodePort: range is full")) {
            int free = 0;
            for (int port = NODE_PORTS.first(); port <= NODE_PORTS.last(); port++) {
                if (!checker.isHeld(ClaimChecker.nodePort("TCP", port))
                        && !checker.isHeld(ClaimChecker.nodePort("UDP", port))
                        && !checker.isHeld(ClaimChecker.nodePort("SCTP", port))) {
                    free++;
                }
            }
            // The Service itself may name some of them, and a health check's.
            expect(free <= request.ports + 1, "%d ports are free: %s", free, text);
        }
    }

    @FormatMethod
    private static void expect(boolean holds, String what, Object... args) {
        if (!holds) {
            throw new AssertionError(what.formatted(args));
        }
    }

    private void count(String what) {
        outcomes.merge(what, 1, Integer::sum);
    }

    /** How often what happened. */
    Map<String, Integer> outcomes() {
        return outcomes;
    }

    long steps() {
        return steps;
    }

    Store memory() {
        return memory;
    }

    long faults() {
        return store.faults();
    }

    @Override
    public void close() {
        for (Server server : servers) {
            server.allocations.close();
        }
        memory.close();
    }
}
