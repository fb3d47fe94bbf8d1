package io.biplane.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/** What every store does. */
public abstract class StoreContractTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(60);

    protected Store store;

    protected abstract Store open();

    @BeforeEach
    void openStore() {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private long put(String key, String value) {
        return committed(store.commit(Txn.put(key, bytes(value))));
    }

    private long delete(String key) {
        return committed(store.commit(new Txn(List.of(), List.of(new Op.Delete(key)))));
    }

    private static long committed(TxnResult result) {
        assertThat(result).isInstanceOf(TxnResult.Committed.class);
        return ((TxnResult.Committed) result).revision();
    }

    private List<String> keys(Range range) {
        return range.entries().stream().map(KeyValue::key).toList();
    }

    @Test
    void anEmptyStoreIsAtRevisionOne() {
        assertThat(store.revision()).isEqualTo(1);
        assertThat(store.compactedRevision()).isZero();
        assertThat(store.get("/a")).isEmpty();
        assertThat(store.range("", Store.prefixEnd(""), 0, 0))
                .isEqualTo(new Range(List.of(), false, 0, 1));
    }

    @Test
    void everyCommitHasTheNextRevisionAndKeysRememberTheirOwn() {
        assertThat(put("/a", "1")).isEqualTo(2);
        assertThat(put("/b", "1")).isEqualTo(3);
        assertThat(put("/a", "2")).isEqualTo(4);
        assertThat(store.revision()).isEqualTo(4);
        assertThat(store.get("/a")).contains(new KeyValue("/a", bytes("2"), 2, 4));
        assertThat(store.get("/b")).contains(new KeyValue("/b", bytes("1"), 3, 3));
    }

    @Test
    void aKeyThatIsCreatedAgainHasANewCreateRevision() {
        put("/a", "1");
        delete("/a");
        assertThat(store.get("/a")).isEmpty();
        put("/a", "2");
        assertThat(store.get("/a")).contains(new KeyValue("/a", bytes("2"), 4, 4));
    }

    @Test
    void valuesMayBeEmptyAndLarge() {
        byte[] large = new byte[1 << 20];
        large[large.length - 1] = 1;
        store.commit(
                new Txn(
                        List.of(),
                        List.of(new Op.Put("/empty", new byte[0]), new Op.Put("/large", large))));
        assertThat(store.get("/empty")).contains(new KeyValue("/empty", new byte[0], 2, 2));
        assertThat(store.get("/large")).contains(new KeyValue("/large", large, 2, 2));
    }

    @Test
    void aTransactionIsAppliedWholeUnderOneRevision() {
        put("/gone", "1");
        long revision =
                committed(
                        store.commit(
                                new Txn(
                                        List.of(),
                                        List.of(
                                                new Op.Put("/a", bytes("1")),
                                                new Op.Put("/b", bytes("1")),
                                                new Op.Delete("/gone")))));
        assertThat(store.get("/a")).map(KeyValue::modRevision).contains(revision);
        assertThat(store.get("/b")).map(KeyValue::modRevision).contains(revision);
        assertThat(store.get("/gone")).isEmpty();
    }

    @Test
    void allConditionsMustHoldElseNothingHappensAndTheUnmetAreNamed() {
        long revision = put("/a", "1");
        var met = new Condition.ModRevisionIs("/a", revision);
        var unmet1 = new Condition.Absent("/a");
        var unmet2 = new Condition.ModRevisionIs("/none", 1);
        var txn =
                new Txn(
                        List.of(met, unmet1, unmet2),
                        List.of(new Op.Put("/b", bytes("1")), new Op.Delete("/a")));
        assertThat(store.commit(txn)).isEqualTo(new TxnResult.Unmet(List.of(unmet1, unmet2)));
        assertThat(store.revision()).isEqualTo(revision);
        assertThat(keys(store.range("/", Store.prefixEnd("/"), 0, 0))).containsExactly("/a");
    }

    @Test
    void aConditionOnARangeHoldsWhileNoKeyIsInIt() {
        var none = new Condition.NoneIn("/a/", Store.prefixEnd("/a/"));
        put("/a", "1");
        put("/a0", "1"); // just behind the range
        long first =
                committed(
                        store.commit(
                                new Txn(
                                        List.of(none),
                                        List.of(
                                                new Op.Put("/a/1", bytes("1")),
                                                new Op.Put("/a/2", bytes("1"))))));
        var refused = new Txn(List.of(none), List.of(new Op.Put("/b", bytes("1"))));
        assertThat(store.commit(refused)).isEqualTo(new TxnResult.Unmet(List.of(none)));
        delete("/a/1");
        assertThat(store.commit(refused)).isEqualTo(new TxnResult.Unmet(List.of(none)));
        assertThat(store.get("/b")).isEmpty();
        assertThat(store.revision()).isEqualTo(first + 1);
        delete("/a/2");
        committed(store.commit(refused));
        assertThatThrownBy(() -> new Condition.NoneIn("/b", "/a"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aConditionOnARangeHoldsWhileNoKeyWasPutIntoItSinceItWasRead() {
        put("/a/1", "1");
        put("/a/2", "1");
        Range read = store.range("/a/", "/a0", 0, 0);
        var unchanged = new Condition.NoneNewerIn("/a/", "/a0", read.revision());
        var write = new Txn(List.of(unchanged), List.of(new Op.Put("/b", bytes("1"))));
        put("/a", "1");
        put("/a0", "1"); // on both sides of the range
        committed(store.commit(write));
        delete("/a/1");
        committed(store.commit(write));
        put("/a/2", "2");
        assertThat(store.commit(write)).isEqualTo(new TxnResult.Unmet(List.of(unchanged)));
        delete("/a/2");
        committed(store.commit(write));
        put("/a/3", "1");
        assertThat(store.commit(write)).isEqualTo(new TxnResult.Unmet(List.of(unchanged)));
        var later = new Condition.NoneNewerIn("/a/", "/a0", store.revision());
        committed(store.commit(new Txn(List.of(later), List.of(new Op.Put("/a/4", bytes("1"))))));
        assertThatThrownBy(() -> new Condition.NoneNewerIn("/b", "/a", 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Condition.NoneNewerIn("/a", "/b", 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Of many that put a key of their own if the range is empty, one does. */
    @Test
    void emptyRangesAreCheckedAgainstTransactionsUnderWay() throws InterruptedException {
        oneOfManyCommits(new Condition.NoneIn("/r/", "/r0"));
    }

    /** Of many that put a key of their own if nothing new is in the range, one does. */
    @Test
    void readRangesAreCheckedAgainstTransactionsUnderWay() throws InterruptedException {
        oneOfManyCommits(new Condition.NoneNewerIn("/r/", "/r0", store.revision()));
    }

    private void oneOfManyCommits(Condition condition) throws InterruptedException {
        var start = new CountDownLatch(1);
        List<TxnResult> results = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            String key = "/r/" + i;
            threads.add(
                    Thread.startVirtualThread(() -> {
                        try {
                            start.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        TxnResult result =
                                store.commit(
                                        new Txn(
                                                List.of(condition),
                                                List.of(new Op.Put(key, bytes("1")))));
                        synchronized (results) {
                            results.add(result);
                        }
                    }));
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(results).hasSize(32);
        assertThat(results.stream().filter(TxnResult.Committed.class::isInstance)).hasSize(1);
        assertThat(store.range("/r/", "/r0", 0, 0).entries()).hasSize(1);
    }

    @Test
    void conditionsGuardCreateUpdateAndDelete() {
        long created = committed(store.commit(Txn.create("/a", bytes("1"))));
        assertThat(store.commit(Txn.create("/a", bytes("2")))).isInstanceOf(TxnResult.Unmet.class);
        long updated = committed(store.commit(Txn.update("/a", created, bytes("2"))));
        assertThat(store.commit(Txn.update("/a", created, bytes("3"))))
                .isInstanceOf(TxnResult.Unmet.class);
        assertThat(store.commit(Txn.delete("/a", created))).isInstanceOf(TxnResult.Unmet.class);
        committed(store.commit(Txn.delete("/a", updated)));
        assertThat(store.get("/a")).isEmpty();
        assertThat(store.commit(Txn.create("/a", bytes("4"))))
                .isInstanceOf(TxnResult.Committed.class);
    }

    @Test
    void whatChangesNothingUsesNoRevision() {
        long revision = put("/a", "1");
        assertThat(delete("/none")).isEqualTo(revision);
        assertThat(committed(store.commit(new Txn(List.of(), List.of())))).isEqualTo(revision);
        assertThat(store.revision()).isEqualTo(revision);
    }

    @Test
    void rangesAreSortedHalfOpenAndPaged() {
        for (String key : List.of("/b/2", "/b/1", "/a", "/b/10", "/c", "/b")) {
            put(key, key);
        }
        assertThat(keys(store.range("", Store.prefixEnd(""), 0, 0)))
                .containsExactly("/a", "/b", "/b/1", "/b/10", "/b/2", "/c");
        assertThat(keys(store.range("/b/", Store.prefixEnd("/b/"), 0, 0)))
                .containsExactly("/b/1", "/b/10", "/b/2");
        assertThat(keys(store.range("/b", "/b/2", 0, 0))).containsExactly("/b", "/b/1", "/b/10");
        assertThat(keys(store.range("/c", "/b", 0, 0))).isEmpty();
        Range first = store.range("/b/", Store.prefixEnd("/b/"), 0, 2);
        assertThat(keys(first)).containsExactly("/b/1", "/b/10");
        assertThat(first.more()).isTrue();
        assertThat(first.remaining()).isEqualTo(1);
        put("/b/3", "later");
        Range rest = store.range("/b/10 ", Store.prefixEnd("/b/"), first.revision(), 2);
        assertThat(keys(rest)).containsExactly("/b/2");
        assertThat(rest.more()).isFalse();
    }

    @Test
    void thePastCanBeReadUntilItIsCompacted() {
        long one = put("/a", "1");
        long two = put("/b", "1");
        long three = put("/a", "2");
        long four = delete("/b");
        assertThat(keys(store.range("/", Store.prefixEnd("/"), one, 0))).containsExactly("/a");
        assertThat(store.range("/", Store.prefixEnd("/"), two, 0).entries())
                .containsExactly(
                        new KeyValue("/a", bytes("1"), one, one),
                        new KeyValue("/b", bytes("1"), two, two));
        assertThat(keys(store.range("/", Store.prefixEnd("/"), four, 0))).containsExactly("/a");
        assertThatThrownBy(() -> store.range("/", "0", four + 1, 0))
                .isInstanceOf(FutureRevisionException.class);
        store.compact(three);
        assertThat(store.compactedRevision()).isEqualTo(three);
        assertThatThrownBy(() -> store.range("/", "0", two, 0))
                .isInstanceOfSatisfying(
                        CompactedException.class,
                        e -> assertThat(e.compactedRevision()).isEqualTo(three));
        assertThat(store.range("/", Store.prefixEnd("/"), three, 0).entries())
                .containsExactly(
                        new KeyValue("/a", bytes("2"), one, three),
                        new KeyValue("/b", bytes("1"), two, two));
        assertThat(keys(store.range("/", Store.prefixEnd("/"), 0, 0))).containsExactly("/a");
        assertThatThrownBy(() -> store.compact(three)).isInstanceOf(CompactedException.class);
        assertThatThrownBy(() -> store.compact(four + 1))
                .isInstanceOf(FutureRevisionException.class);
    }

    @Test
    void aWatchSeesEveryChangeOfItsRangeInOrderWithWhatWasBefore() {
        var heard = new Recording();
        store.watch("/a/", Store.prefixEnd("/a/"), store.revision(), heard);
        long one = put("/a/x", "1");
        put("/b/x", "1");
        long three =
                committed(
                        store.commit(
                                new Txn(
                                        List.of(),
                                        List.of(
                                                new Op.Put("/a/x", bytes("2")),
                                                new Op.Put("/b/y", bytes("1")),
                                                new Op.Put("/a/y", bytes("1"))))));
        long four = delete("/a/x");
        var x1 = new KeyValue("/a/x", bytes("1"), one, one);
        var x2 = new KeyValue("/a/x", bytes("2"), one, three);
        assertThat(heard.awaitBatches(3))
                .containsExactly(
                        new WatchBatch(one, List.of(new Change("/a/x", null, x1))),
                        new WatchBatch(
                                three,
                                List.of(
                                        new Change("/a/x", x1, x2),
                                        new Change(
                                                "/a/y",
                                                null,
                                                new KeyValue("/a/y", bytes("1"), three, three)))),
                        new WatchBatch(four, List.of(new Change("/a/x", x2, null))));
    }

    @Test
    void aWatchResumesFromAnyRevisionThatIsNotCompacted() {
        long one = put("/a", "1");
        long two = put("/a", "2");
        long three = put("/a", "3");
        var all = new Recording();
        store.watch("/", Store.prefixEnd("/"), 0, all);
        assertThat(all.awaitBatches(3))
                .extracting(WatchBatch::revision)
                .containsExactly(one, two, three);
        store.compact(two);
        assertThatThrownBy(() -> store.watch("/", "0", one, new Recording()))
                .isInstanceOf(CompactedException.class);
        var rest = new Recording();
        store.watch("/", Store.prefixEnd("/"), two, rest);
        long four = put("/a", "4");
        assertThat(rest.awaitBatches(2))
                .containsExactly(
                        new WatchBatch(
                                three,
                                List.of(
                                        new Change(
                                                "/a",
                                                new KeyValue("/a", bytes("2"), one, two),
                                                new KeyValue("/a", bytes("3"), one, three)))),
                        new WatchBatch(
                                four,
                                List.of(
                                        new Change(
                                                "/a",
                                                new KeyValue("/a", bytes("3"), one, three),
                                                new KeyValue("/a", bytes("4"), one, four)))));
    }

    @Test
    void aWatchFromTheFutureBeginsThere() {
        var heard = new Recording();
        long now = store.revision();
        store.watch("/", Store.prefixEnd("/"), now + 2, heard);
        put("/a", "1");
        put("/a", "2");
        long three = put("/a", "3");
        assertThat(heard.awaitBatches(1)).extracting(WatchBatch::revision).containsExactly(three);
    }

    @Test
    void compactionDoesNotDisturbARunningWatch() {
        var release = new CountDownLatch(1);
        var heard = new Recording();
        var slow =
                new WatchListener() {
                    @Override
                    public void changed(WatchBatch batch) {
                        try {
                            release.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        heard.changed(batch);
                    }

                    @Override
                    public void cancelled(StoreException reason) {
                        heard.cancelled(reason);
                    }
                };
        store.watch("/", Store.prefixEnd("/"), store.revision(), slow);
        long first = put("/a", "1");
        long second = put("/a", "2");
        long third = delete("/a");
        store.compact(third);
        put("/b", "1");
        release.countDown();
        assertThat(heard.awaitBatches(4).subList(0, 3))
                .containsExactly(
                        new WatchBatch(
                                first,
                                List.of(
                                        new Change(
                                                "/a",
                                                null,
                                                new KeyValue("/a", bytes("1"), first, first)))),
                        new WatchBatch(
                                second,
                                List.of(
                                        new Change(
                                                "/a",
                                                new KeyValue("/a", bytes("1"), first, first),
                                                new KeyValue("/a", bytes("2"), first, second)))),
                        new WatchBatch(
                                third,
                                List.of(
                                        new Change(
                                                "/a",
                                                new KeyValue("/a", bytes("2"), first, second),
                                                null))));
    }

    @Test
    void progressOnRequestComesBehindWhatWasBefore() {
        var heard = new Recording();
        Watch watch = store.watch("/", Store.prefixEnd("/"), store.revision(), heard);
        long one = put("/a", "1");
        heard.awaitBatches(1);
        watch.requestProgress();
        assertThat(heard.awaitProgress()).isEqualTo(one);
    }

    @Test
    void aClosedWatchIsSilent() {
        var closed = new Recording();
        var open = new Recording();
        Watch watch = store.watch("/", Store.prefixEnd("/"), store.revision(), closed);
        store.watch("/", Store.prefixEnd("/"), store.revision(), open);
        watch.close();
        put("/a", "1");
        open.awaitBatches(1);
        assertThat(closed.batches()).isEmpty();
    }

    @Test
    void keysGoWithTheirLease() {
        Lease lease = store.grantLease(LONG);
        assertThat(store.leases()).containsExactly(lease);
        store.commit(
                new Txn(
                        List.of(),
                        List.of(
                                new Op.Put("/a", bytes("1"), lease.id()),
                                new Op.Put("/b", bytes("1"), lease.id()),
                                new Op.Put("/c", bytes("1")))));
        put("/b", "without"); // a put without a lease lets go of the one before
        long before = store.revision();
        var heard = new Recording();
        store.watch("/", Store.prefixEnd("/"), before, heard);
        store.revokeLease(lease.id());
        assertThat(store.revision()).isEqualTo(before + 1);
        assertThat(keys(store.range("/", Store.prefixEnd("/"), 0, 0))).containsExactly("/b", "/c");
        assertThat(heard.awaitBatches(1).getFirst().changes())
                .extracting(Change::key)
                .containsExactly("/a");
        assertThat(store.leases()).isEmpty();
        assertThatThrownBy(() -> store.revokeLease(lease.id()))
                .isInstanceOf(NoSuchLeaseException.class);
        assertThatThrownBy(() -> store.keepLeaseAlive(lease.id()))
                .isInstanceOf(NoSuchLeaseException.class);
        assertThatThrownBy(() ->
                        store.commit(
                                new Txn(
                                        List.of(),
                                        List.of(new Op.Put("/a", bytes("1"), lease.id())))))
                .isInstanceOf(NoSuchLeaseException.class);
    }

    @Test
    void aLeaseThatIsNotKeptAliveExpires() {
        Lease lease = store.grantLease(SHORT);
        Lease other = store.grantLease(LONG);
        store.keepLeaseAlive(lease.id());
        var heard = new Recording();
        store.watch("/", Store.prefixEnd("/"), store.revision(), heard);
        store.commit(
                new Txn(
                        List.of(),
                        List.of(
                                new Op.Put("/a", bytes("1"), lease.id()),
                                new Op.Put("/b", bytes("1"), other.id()))));
        assertThat(heard.awaitBatches(2).getLast().changes())
                .extracting(Change::key, Change::now)
                .containsExactly(tuple("/a", null));
        assertThat(store.leases()).containsExactly(other);
        assertThat(store.get("/b")).isPresent();
    }

    @Test
    void manyWritersOfOneKeyAllTakeTurns() throws InterruptedException {
        int writers = 8;
        int each = 50;
        put("/n", "0");
        List<Thread> threads = new ArrayList<>();
        for (int w = 0; w < writers; w++) {
            threads.add(
                    Thread.startVirtualThread(
                            () -> IntStream.range(0, each).forEach(_ -> increment("/n"))));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(
                        store.get("/n")
                                .map(KeyValue::value)
                                .map(v -> new String(v, StandardCharsets.UTF_8)))
                .contains(Integer.toString(writers * each));
        assertThat(store.revision()).isEqualTo(2 + writers * each);
    }

    private void increment(String key) {
        while (true) {
            KeyValue now = store.get(key).orElseThrow();
            int n = Integer.parseInt(new String(now.value(), StandardCharsets.UTF_8));
            if (store.commit(Txn.update(key, now.modRevision(), bytes(Integer.toString(n + 1))))
                    instanceof TxnResult.Committed) {
                return;
            }
        }
    }

    @Test
    void badRequestsAreRefusedBeforeAnythingHappens() {
        List<Op> tooMany = new ArrayList<>();
        IntStream.rangeClosed(0, Store.MAX_TXN_OPS)
                .forEach(i -> tooMany.add(new Op.Delete("/" + i)));
        assertThatThrownBy(() -> new Txn(List.of(), tooMany))
                .hasMessage("transaction of 0 conditions and 129 operations: at most 128 of each");
        assertThatThrownBy(() ->
                        new Txn(
                                List.of(),
                                List.of(new Op.Delete("/a"), new Op.Put("/a", bytes("1")))))
                .hasMessage("two operations on key /a in one transaction");
        assertThatThrownBy(() -> new Op.Delete("")).hasMessage("key has 0 characters, not 1..1024");
        assertThatThrownBy(() -> store.get("a\n"))
                .hasMessage("key has the character U+000A, not in U+0020..U+D7FF");
        assertThatThrownBy(() ->
                        new Txn(
                                List.of(),
                                List.of(new Op.Put("/a", new byte[Store.MAX_TXN_BYTES + 1]))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(store.revision()).isEqualTo(1);
    }

    @Test
    void aClosedStoreSaysSo() {
        store.close();
        store.close();
        assertThatThrownBy(() -> store.get("/a")).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(() -> put("/a", "1")).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(() -> store.watch("/", "0", 0, new Recording()))
                .isInstanceOf(StoreClosedException.class);
    }
}
