package io.biplane.cli.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.store.Store;
import io.biplane.store.embedded.EmbeddedStore;
import io.biplane.store.history.KeyState;

import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One server, its writers and watchers, from kill to kill. */
final class CrashRun implements AutoCloseable {
    private static final int WRITERS = 16;
    private static final int WRITES_BETWEEN_KILLS = 1_000;
    private static final int DEADLINE_SECONDS = 60;

    private final Path data;
    private final Random random;
    private final int port = ServerProcess.freePort();
    private final Changes changes = new Changes();
    private final Availability availability = new Availability();
    private final List<Writer> writers = new ArrayList<>();
    private final List<Watcher> watchers = new ArrayList<>();
    private final List<Thread> watching = new ArrayList<>();
    private final List<Api> connections = new ArrayList<>();
    private ServerProcess server;
    private Contender.Round round = new Contender.Round(Map.of());
    private long startNanos;
    private long writeNanos;
    private long contended;
    private boolean compacted;

    CrashRun(Path data, long seed) throws InterruptedException {
        this.data = data;
        this.random = new Random(seed);
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new Writer(i, seed, changes));
        }
        server = start();
        for (int i = 0; i < 5; i++) {
            connections.add(new Api(data));
        }
        for (Kind kind : List.of(Kind.SERVICE, Kind.SERVICE, Kind.CONFIG_MAP, Kind.NODE)) {
            var watcher = new Watcher(kind, connections.getLast(), availability, changes);
            watchers.add(watcher);
            watching.add(Thread.ofVirtual().name("watch-" + kind).start(watcher));
        }
        availability.set(true);
        for (Watcher watcher : watchers) {
            watcher.awaitListed();
        }
    }

    private ServerProcess start() {
        long began = System.nanoTime();
        ServerProcess started = ServerProcess.start(data, port);
        startNanos += System.nanoTime() - began;
        return started;
    }

    /** Writes, kills, starts again and checks. */
    void kill(int number) throws InterruptedException {
        writeAndKill(WRITES_BETWEEN_KILLS + random.nextInt(WRITES_BETWEEN_KILLS / 4));
        if (number % 10 == 4) {
            Owners.checkClaims(data.resolve("store"), data.resolve("copy"));
        }
        if (number % 10 == 9) {
            compact();
        }
        if (number % 10 == 2) {
            ServerProcess.startUntil("opened store", data, port)
                    .kill(); // in the midst of its start
        }
        server = start();
        availability.set(true);
        check();
    }

    /** Loses what was acknowledged since the last kill, as no store ever should, and checks. */
    void lose() throws InterruptedException {
        Path store = data.resolve("store");
        Path older = data.resolve("older");
        writeAndKill(WRITES_BETWEEN_KILLS);
        Owners.copy(store, older);
        server = start();
        availability.set(true);
        check();
        writeAndKill(WRITES_BETWEEN_KILLS);
        Owners.delete(store);
        Owners.copy(older, store);
        server = start();
        check();
    }

    private void writeAndKill(int writes) throws InterruptedException {
        long began = System.nanoTime();
        CountDownLatch acknowledged = new CountDownLatch(writes);
        List<Thread> running = new ArrayList<>();
        for (Writer writer : writers) {
            Api api = connections.get(running.size() % (connections.size() - 1));
            running.add(
                    Thread.ofVirtual()
                            .start(() -> writer.run(api, round, acknowledged::countDown)));
        }
        boolean enough = acknowledged.await(DEADLINE_SECONDS, TimeUnit.SECONDS);
        writeNanos += System.nanoTime() - began;
        availability.set(false);
        server.kill();
        for (Thread thread : running) {
            thread.join();
        }
        assertThat(changes.faults()).isEmpty();
        assertThat(enough).as("%d writes in time", writes).isTrue();
    }

    /** So that those who watch from earlier on get a 410. */
    private void compact() {
        compacted = true;
        try (Store store = EmbeddedStore.open(data.resolve("store"))) {
            store.compact(store.revision());
        }
    }

    private void check() {
        Api api = connections.getFirst();
        Map<Kind, List<ObjectNode>> objects = new HashMap<>();
        for (Kind kind : Kind.ALL) {
            Api.Listed list = api.list(kind.collection);
            objects.put(kind, list.items());
            assertThat(list.revision()).isGreaterThanOrEqualTo(changes.newest());
            Map<String, ObjectNode> byName = new HashMap<>();
            list.items().forEach(item -> byName.put(Api.name(item), item));
            writers.stream()
                    .flatMap(writer -> writer.slots().stream())
                    .filter(slot -> slot.kind == kind)
                    .forEach(slot -> slot.check(byName.get(slot.name), changes));
        }
        List<ObjectNode> services = objects.getOrDefault(Kind.SERVICE, List.of());
        Owners.of(services, objects.getOrDefault(Kind.NODE, List.of()));
        Map<String, KeyState> states =
                Contender.states(objects.getOrDefault(Kind.CONFIG_MAP, List.of()), services);
        contended += round.size();
        assertThat(round.violations(states)).isEmpty();
        round = new Contender.Round(states);
        writers.forEach(writer -> writer.contender().adopt(states));
    }

    /** What is to be seen when all kills are over. */
    void finish() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        for (Watcher watcher : watchers) {
            watcher.awaitCaughtUp(connections.getFirst().list(watcher.kind().collection), deadline);
            assertThat(watcher.missed()).as("missed by a watch of %s", watcher.kind()).isEmpty();
            assertThat(watcher.invented()).as("seen of %s", watcher.kind()).isEmpty();
        }
        availability.end();
        server.kill();
        Owners.checkClaims(data.resolve("store"), data.resolve("copy"));
        assertThat(changes.faults()).isEmpty();
    }

    /** How often watches were told that what they want is gone. */
    int relists() {
        return watchers.stream().mapToInt(Watcher::relists).sum();
    }

    /** Whether something was taken away that watches wanted. */
    boolean compacted() {
        return compacted;
    }

    /** What was done, for a person. */
    String figures() {
        return "%d changes acknowledged or found, %d contended operations, %d relists; %d ms of starts, %d ms of writes"
                .formatted(
                        changes.all().size(),
                        contended,
                        relists(),
                        startNanos / 1_000_000,
                        writeNanos / 1_000_000);
    }

    @Override
    public void close() {
        availability.end();
        server.close();
        connections.forEach(Api::close);
        watching.forEach(Thread::interrupt);
    }
}
