package io.biplane.apiserver.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.api.kind.Kinds;
import io.biplane.apiserver.storage.ObjectKeys;
import io.biplane.store.Change;
import io.biplane.store.CompactedException;
import io.biplane.store.KeyValue;
import io.biplane.store.Op;
import io.biplane.store.Txn;
import io.biplane.store.WatchBatch;
import io.biplane.store.memory.MemoryStore;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The window of recent changes, beside a plain list of all there ever were. */
@Timeout(60)
class ChangeLogTest {
    private static final String PREFIX = ObjectKeys.prefix(Kinds.CONFIG_MAPS, "default");
    private static final int MOST_CHANGES = 4096;
    private static final long MOST_BYTES = 4 << 20;
    private static final int BATCH = 512;
    private static final long LONG = Duration.ofMinutes(10).toNanos();

    private final MemoryStore store = new MemoryStore();
    private final ChangeLog.Stop stop = new ChangeLog.Stop();
    private final SplittableRandom random = new SplittableRandom(Seeds.next());
    private final List<Past> all = new ArrayList<>();
    private final ChangeLog log = ChangeLog.shared(store, Kinds.CONFIG_MAPS, 1);

    /** A change as the model remembers it. */
    private record Past(long revision, String key, long bytes) {}

    @AfterEach
    void close() {
        log.close();
        store.close();
    }

    private static Change change(String key, int before, int now, long revision) {
        return new Change(
                key,
                before == 0 ? null : new KeyValue(key, new byte[before], 1, revision - 1),
                now == 0 ? null : new KeyValue(key, new byte[now], 1, revision));
    }

    /** A revision with some changes, told to the log and to the model. */
    private void happens(long revision, int changes, int meanBytes) {
        List<Change> batch = new ArrayList<>();
        for (int i = 0; i < changes; i++) {
            int before = random.nextInt(2 * meanBytes);
            int now = 1 + random.nextInt(2 * meanBytes);
            Change change = change(PREFIX + random.nextInt(100) + "-" + i, before, now, revision);
            batch.add(change);
            all.add(new Past(revision, change.key(), 2L * (before + now)));
        }
        log.changed(new WatchBatch(revision, batch));
    }

    /** Where the longest run of latest changes begins that the log has room for; it keeps one. */
    private int firstKept() {
        int first = all.size();
        long bytes = 0;
        while (first > 0 && all.size() - first < MOST_CHANGES) {
            bytes += all.get(first - 1).bytes();
            if (bytes > MOST_BYTES && first < all.size()) {
                break;
            }
            first--;
        }
        return first;
    }

    private void assertReads(long after, long floor, long reached) throws InterruptedException {
        ChangeLog.Read read = log.read(after, 0, stop);
        assertThat(log.covers(after)).as("covers %d", after).isEqualTo(after >= floor);
        if (after < floor) {
            assertThat(read).as("after %d, before %d", after, floor).isNull();
            return;
        }
        List<Past> next = all.stream().filter(past -> past.revision() > after).toList();
        int end = Math.min(BATCH, next.size());
        while (end < next.size() && next.get(end).revision() == next.get(end - 1).revision()) {
            end++; // the whole revision
        }
        assertThat(Objects.requireNonNull(read).changes())
                .extracting(change -> change.revision() + " " + change.key())
                .isEqualTo(
                        next.subList(0, end).stream()
                                .map(past -> past.revision() + " " + past.key())
                                .toList());
        assertThat(read.reached())
                .isEqualTo(end == 0 ? Math.max(after, reached) : next.get(end - 1).revision());
    }

    @Test
    void theWindowSlidesAsAListWouldAndIsExactAtItsEdges() throws Exception {
        long revision = 1;
        int byCount = 0;
        int byBytes = 0;
        for (int phase = 0; phase < 12; phase++) {
            int meanBytes = phase % 3 == 0 ? 1 << 10 + random.nextInt(10) : 20;
            for (int i = 0; i < 1500; i++) {
                revision += 1 + random.nextInt(3);
                happens(revision, 1 + random.nextInt(4), meanBytes);
                if (i % 100 == 0) {
                    int first = firstKept();
                    long floor = first == 0 ? 1 : all.get(first - 1).revision();
                    for (long edge : new long[] {0, 1, floor, revision, randomKept(first)}) {
                        for (long after = edge - 1; after <= edge + 1; after++) {
                            assertReads(after, floor, revision);
                        }
                    }
                    byCount += all.size() - first == MOST_CHANGES ? 1 : 0;
                    byBytes += first > 0 && all.size() - first < MOST_CHANGES ? 1 : 0;
                }
            }
        }
        assertThat(byCount).as("full by count").isPositive();
        assertThat(byBytes).as("full by bytes").isPositive();
    }

    private long randomKept(int first) {
        return all.get(first + random.nextInt(all.size() - first)).revision();
    }

    @Test
    void aChangeLargerThanTheLogIsKeptUntilTheNext() throws Exception {
        log.changed(new WatchBatch(2, List.of(change(PREFIX + "a", 0, 10, 2))));
        log.changed(new WatchBatch(3, List.of(change(PREFIX + "b", 0, 3 << 20, 3))));
        assertThat(log.covers(1)).isFalse();
        assertThat(log.read(2, 0, stop)).extracting(read -> read.changes().size()).isEqualTo(1);
        log.changed(new WatchBatch(4, List.of(change(PREFIX + "c", 10, 0, 4))));
        assertThat(log.covers(2)).isFalse();
        assertThat(log.covers(3)).isTrue();
    }

    @Test
    void progressMovesReadersThatHaveNothingToReadAndNeverBack() throws Exception {
        log.progress(20);
        log.progress(10);
        assertThat(log.read(5, 0, stop)).isEqualTo(new ChangeLog.Read(List.of(), 20));
        assertThat(log.read(30, 0, stop)).isEqualTo(new ChangeLog.Read(List.of(), 30));
        assertThat(log.covers(1)).isTrue();
    }

    @Test
    void aLogBeginsWhereTheStoresHistoryDoesAndOutlastsIt() throws Exception {
        for (int i = 2; i <= 6; i++) {
            store.commit(Txn.put(PREFIX + i, new byte[1]));
        }
        assertThat(revisions(log, 1, 6)).containsExactly(2L, 3L, 4L, 5L, 6L);
        store.compact(4);
        assertThat(revisions(log, 1, 6)).containsExactly(2L, 3L, 4L, 5L, 6L);
        assertThatThrownBy(() -> ChangeLog.shared(store, Kinds.CONFIG_MAPS, 3))
                .isInstanceOf(CompactedException.class);
        try (ChangeLog later = ChangeLog.shared(store, Kinds.CONFIG_MAPS, 4)) {
            assertThat(revisions(later, 4, 6)).containsExactly(5L, 6L);
        }
    }

    /** What a reader sees until it has seen {@code last}; 0 stands for what it has missed. */
    private List<Long> revisions(ChangeLog from, long after, long last) throws Exception {
        List<Long> seen = new ArrayList<>();
        long place = after;
        while (place < last) {
            ChangeLog.Read read = from.read(place, LONG, stop);
            if (read == null) {
                seen.add(0L);
                place = store.revision();
            } else {
                read.changes().forEach(change -> seen.add(change.revision()));
                place = read.reached();
            }
        }
        return seen;
    }

    /** Each in order, whole and once, but for what it was told that it missed. */
    @ParameterizedTest
    @CsvSource({"20, false", "1500, true"})
    void allReadersSeeWhatOneWriterDoes(int meanBytes, boolean forgets) throws Exception {
        int commits = 3000; // no more than may wait for a watch of the store
        List<Long> told = new ArrayList<>();
        List<Future<List<Long>>> seen = new ArrayList<>();
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < commits; i++) {
                if (i % (commits / 6) == 0) {
                    seen.add(readers.submit(() -> revisions(log, 1, 1 + commits)));
                }
                told.addAll(commit(meanBytes));
            }
        }
        for (Future<List<Long>> each : seen) {
            if (forgets) {
                assertPartsOf(told, each.get());
            } else {
                assertThat(each.get()).isEqualTo(told);
            }
        }
    }

    private List<Long> commit(int meanBytes) {
        List<Op> ops = new ArrayList<>();
        for (int i = random.nextInt(8) == 0 ? 2 : 1; i > 0; i--) {
            byte[] value = new byte[random.nextInt(2 * meanBytes)];
            ops.add(new Op.Put(PREFIX + i + "-" + random.nextInt(50), value));
        }
        var _ = store.commit(new Txn(List.of(), ops));
        return Collections.nCopies(ops.size(), store.revision());
    }

    private static void assertPartsOf(List<Long> told, List<Long> seen) {
        int at = 0;
        for (Long revision : seen) {
            if (revision == 0) {
                at = -1;
            } else {
                at = at < 0 ? told.indexOf(revision) : at;
                assertThat(revision).isEqualTo(told.get(at));
                at++;
            }
        }
        assertThat(at < 0 || at == told.size()).as("seen to the end").isTrue();
    }

    /** However late it comes to read: what it wants next is the oldest. */
    @Test
    void aLogOfOneReaderTakesNoMoreInsteadOfForgetting() throws Exception {
        try (ChangeLog own = ChangeLog.catchingUp(store, Kinds.CONFIG_MAPS, 1)) {
            for (int revision = 2; revision < 2 * MOST_CHANGES; revision++) {
                own.changed(
                        new WatchBatch(revision, List.of(change(PREFIX + "a", 1, 1, revision))));
            }
            List<Long> seen = revisions(own, 1, MOST_CHANGES + 1);
            assertThat(seen).hasSize(MOST_CHANGES).startsWith(2L).doesNotContain(0L);
            assertThat(own.read(MOST_CHANGES + 1, LONG, stop)).isNull();
            assertThat(own.covers(1)).isTrue();
        }
    }

    /**
     * An array that one thread makes and another finds in a plain field may be found empty: seen on
     * weaker memory than that of x86, so what can be tested everywhere is the declaration.
     */
    @Test
    void whatOneWatcherMakesForTheOthersIsPublishedSafely() {
        assertThat(LoggedChange.class.getDeclaredFields())
                .filteredOn(field -> !Modifier.isStatic(field.getModifiers()))
                .filteredOn(field -> !Modifier.isFinal(field.getModifiers()))
                .hasSize(3)
                .allMatch(field -> Modifier.isVolatile(field.getModifiers()));
    }
}
