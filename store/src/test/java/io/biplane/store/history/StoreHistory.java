package io.biplane.store.history;

import io.biplane.store.Condition;
import io.biplane.store.KeyValue;
import io.biplane.store.Op;
import io.biplane.store.Store;
import io.biplane.store.Txn;
import io.biplane.store.TxnResult;
import io.biplane.store.history.Operation.Action;
import io.biplane.store.history.Operation.Outcome;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many threads that contend for a few keys of a store and for a few claims. */
final class StoreHistory {
    private static final int CLIENTS = 16;
    private static final int KEYS = 3;

    private final Store store;
    private final long seed;
    private final History history = new History();

    StoreHistory(Store store, long seed) {
        this.store = store;
        this.seed = seed;
    }

    /** Does so many operations, and returns what no order explains. */
    List<String> violationsOf(int operations) throws InterruptedException, ExecutionException {
        try (ExecutorService clients =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("client-", 0).factory())) {
            List<Future<?>> running = new ArrayList<>();
            for (int c = 0; c < CLIENTS; c++) {
                Client client = new Client("c" + c, new Random(seed + c));
                running.add(clients.submit(() -> client.run(operations / CLIENTS)));
            }
            for (Future<?> client : running) {
                client.get();
            }
        }
        return history.violations();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private final class Client {
        private final String name;
        private final Random random;
        private final Map<String, Long> lastRead = new HashMap<>();
        private final Map<String, String> held = new HashMap<>();
        private int writes;

        Client(String name, Random random) {
            this.name = name;
            this.random = random;
        }

        void run(int operations) {
            for (int i = 0; i < operations; i++) {
                if (random.nextInt(3) == 0) {
                    claimOrRelease("/claims/" + random.nextInt(KEYS));
                } else {
                    touch("/k/" + random.nextInt(KEYS));
                }
            }
        }

        private void touch(String key) {
            String value = name + "-" + writes++;
            long known = lastRead.getOrDefault(key, 1L);
            switch (random.nextInt(7)) {
                case 0, 1, 2 -> read(key);
                case 3 -> commit(key, new Action.Create(value), Txn.create(key, bytes(value)));
                case 4 -> commit(key, new Action.Put(value), Txn.put(key, bytes(value)));
                case 5 ->
                        commit(
                                key,
                                new Action.Update(known, value),
                                Txn.update(key, known, bytes(value)));
                default -> commit(key, new Action.Delete(known), Txn.delete(key, known));
            }
        }

        private void read(String key) {
            Outcome outcome =
                    history.run(name, key, new Action.Read(), () -> found(store.get(key)));
            if (outcome instanceof Outcome.Found(String _, long revision)) {
                lastRead.put(key, revision);
            }
        }

        private Outcome found(Optional<KeyValue> entry) {
            return entry.<Outcome>map(e ->
                            new Outcome.Found(
                                    new String(e.value(), StandardCharsets.UTF_8), e.modRevision()))
                    .orElseGet(Outcome.Absent::new);
        }

        private Outcome commit(String key, Action action, Txn txn) {
            return history.run(
                    name,
                    key,
                    action,
                    () ->
                            switch (store.commit(txn)) {
                                case TxnResult.Committed(long revision) ->
                                        new Outcome.Done(revision);
                                case TxnResult.Unmet _ -> new Outcome.Refused();
                            });
        }

        /** As the API server does: a claim and its owner in one transaction. */
        private void claimOrRelease(String claim) {
            String owner = held.remove(claim);
            if (owner != null) {
                KeyValue entry = store.get(claim).orElseThrow();
                commit(
                        claim,
                        new Action.Delete(entry.modRevision()),
                        new Txn(
                                List.of(new Condition.ModRevisionIs(claim, entry.modRevision())),
                                List.of(new Op.Delete(claim), new Op.Delete(owner))));
                return;
            }
            String candidate = "/owners/" + name + "-" + writes++;
            Outcome outcome =
                    commit(
                            claim,
                            new Action.Create(candidate),
                            new Txn(
                                    List.of(
                                            new Condition.Absent(claim),
                                            new Condition.Absent(candidate)),
                                    List.of(
                                            new Op.Put(claim, bytes(candidate)),
                                            new Op.Put(candidate, bytes(claim)))));
            if (outcome instanceof Outcome.Done) {
                held.put(claim, candidate);
            }
        }
    }
}
