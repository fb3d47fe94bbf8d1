package io.biplane.store.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.biplane.store.Op;
import io.biplane.store.Range;
import io.biplane.store.Store;
import io.biplane.store.Txn;
import io.biplane.store.TxnResult;
import io.biplane.store.admin.StoreAdmin;
import io.biplane.store.embedded.EmbeddedOptions;
import io.biplane.store.embedded.EmbeddedStore;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * A small store as a crash leaves it, with a write-ahead log and with a compacted part; then one
 * thing in its files is changed. It must be refused by name, or hold what it held and go on as it
 * should: never be silently wrong.
 */
class StoreDamageTest {
    private static final EmbeddedOptions OPTIONS =
            EmbeddedOptions.DEFAULTS.withHistory(60, 1 << 20, Duration.ofMinutes(5));

    /** More than the frames of the longest transaction, and enough to cut at. */
    private static final int LEAST_FRAMES = 150;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir Path directory;

    private final Map<String, byte[]> files = new TreeMap<>();

    /** The database and HEAD as they were halfway. */
    private final Map<String, byte[]> earlier = new TreeMap<>();

    private Range expected = new Range(List.of(), false, 0, 0);
    private int copies;

    @BeforeEach
    void makeStore() throws IOException {
        Path home = directory.resolve("original");
        try (var store = EmbeddedStore.open(home, OPTIONS)) {
            fill(store, 0);
        }
        for (String name : List.of("store.db", "HEAD")) {
            earlier.put(name, Files.readAllBytes(home.resolve(name)));
        }
        try (var store = EmbeddedStore.open(home, OPTIONS)) {
            fill(store, 1);
            store.revokeLease(store.grantLease(Duration.ofHours(1)).id());
            endWithACommit(home, store);
        }
    }

    /**
     * Takes the files when the log is long, and when a commit that the database has not is the last
     * thing in it: what compaction writes behind one may be cut off without a loss, and what was
     * copied into the database, too. After copying the log may start again; then it grows again.
     */
    private void endWithACommit(Path home, Store store) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        int commits = 0;
        do {
            if (System.nanoTime() > deadline) {
                fail(
                        "after %d commits in %s the log of %d frames does not end with one of its own"
                                .formatted(commits, PATIENCE, log().frames()));
            }
            store.commit(Txn.put("/last", new byte[] {(byte) ++commits}));
            expected = everything(store);
            takeFiles(home);
        } while (log().frames() < LEAST_FRAMES || !logEndsWithACommitOfItsOwn());
    }

    /** As they were at one instant: the store still copies, compacts and deletes beside this. */
    private void takeFiles(Path home) throws IOException {
        Map<String, byte[]> before;
        do {
            before = new TreeMap<>(files);
            for (String name :
                    List.of("store.db", "store.db-wal", "store.db-shm", "HEAD", "LOCK")) {
                files.put(name, Files.readAllBytes(home.resolve(name)));
            }
            LogImage log = log().withoutEarlierRounds();
            files.put("store.db-wal", log.bytes());
        } while (!sameContent(before, files));
    }

    private static boolean sameContent(Map<String, byte[]> a, Map<String, byte[]> b) {
        return a.keySet().equals(b.keySet())
                && a.keySet().stream().allMatch(name -> Arrays.equals(a.get(name), b.get(name)));
    }

    private LogImage log() {
        return new LogImage(content(files, "store.db-wal"));
    }

    private boolean logEndsWithACommitOfItsOwn() {
        return openWith(
                                "log without its last frame",
                                copy -> copy.put("store.db-wal", log().withoutLastFrame().bytes()))
                        .isPresent()
                && openWith("no log", copy -> copy.remove("store.db-wal")).isPresent();
    }

    private static void fill(Store store, int round) {
        for (int i = 0; i < 150; i++) {
            byte[] value =
                    "value %d of round %d "
                            .formatted(i, round)
                            .repeat(i % 17 == 0 ? 400 : 5)
                            .getBytes(StandardCharsets.UTF_8);
            store.commit(
                    new Txn(
                            List.of(),
                            List.of(
                                    new Op.Put("/k/" + i % 40, value),
                                    i % 7 == 0
                                            ? new Op.Delete("/k/" + (i + 1) % 40)
                                            : new Op.Put("/n", value))));
        }
    }

    private static Range everything(Store store) {
        return store.range("", Store.prefixEnd(""), 0, 0);
    }

    private static byte[] content(Map<String, byte[]> files, String name) {
        return Objects.requireNonNull(files.get(name), name);
    }

    /** Changes what is in a copy of the files. */
    private interface Fault {
        void make(Map<String, byte[]> files);
    }

    /**
     * @return the damage that was named, or empty if the store is as it was
     */
    private Optional<String> openWith(String what, Fault fault) {
        Path home = directory.resolve("copy-" + copies++);
        try {
            Files.createDirectory(home);
            Map<String, byte[]> changed = new TreeMap<>();
            files.forEach((name, content) -> changed.put(name, content.clone()));
            fault.make(changed);
            for (Map.Entry<String, byte[]> file : changed.entrySet()) {
                Files.write(home.resolve(file.getKey()), file.getValue());
            }
            Optional<String> damage = open(what, home);
            for (String name :
                    List.of("store.db", "store.db-wal", "store.db-shm", "HEAD", "LOCK", "")) {
                Files.deleteIfExists(home.resolve(name));
            }
            return damage;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<String> open(String what, Path home) {
        Range after;
        try (var store = EmbeddedStore.open(home, OPTIONS)) {
            if (!everything(store).equals(expected)) {
                fail("%s: opened, and it holds something else".formatted(what));
            }
            // Harmless, then: also for what is written next, to pages that the free list names.
            for (int i = 0; i < 40; i++) {
                assertThat(store.commit(Txn.put("/after/" + i, new byte[1_000])))
                        .as(what)
                        .isInstanceOf(TxnResult.Committed.class);
            }
            after = everything(store);
        } catch (StoreFileException e) {
            assertThat(e.getMessage()).as(what).contains(home.toString());
            return Optional.of(String.valueOf(e.getMessage()));
        }
        StoreAdmin.verify(home);
        try (var store = EmbeddedStore.open(home, OPTIONS)) {
            assertThat(everything(store)).as(what).isEqualTo(after);
        }
        return Optional.empty();
    }

    @Test
    void anUntouchedStoreOpens() {
        assertThat(openWith("untouched", _ -> {})).isEmpty();
    }

    @Test
    void flippedBitsAreNamedOrHarmless() {
        flip(300);
    }

    @Test
    @Tag("long")
    void manyFlippedBitsAreNamedOrHarmless() {
        flip(5_000);
    }

    /** Bits all over the files: in each of so many equal stretches one. */
    private void flip(int flips) {
        long seed = Seeds.next();
        var random = new Random(seed);
        List<String> names = List.of("store.db", "store.db-wal", "HEAD", "store.db-shm");
        long total = names.stream().mapToLong(name -> content(files, name).length).sum();
        int named = 0;
        for (int i = 0; i < flips; i++) {
            long at = total * i / flips + random.nextLong(Math.max(1, total / flips));
            int bit = random.nextInt(8);
            for (String name : names) {
                int length = content(files, name).length;
                if (at < length) {
                    int offset = (int) at;
                    named +=
                            openWith(
                                                    "seed %d: bit %d of byte %d of %s flipped"
                                                            .formatted(seed, bit, offset, name),
                                                    copy ->
                                                            content(copy, name)[offset] ^=
                                                                    (byte) (1 << bit))
                                            .isPresent()
                                    ? 1
                                    : 0;
                    break;
                }
                at -= length;
            }
        }
        System.out.printf("%d of %d flips named, the others harmless%n", named, flips);
        assertThat(named).isGreaterThan(flips / 3);
    }

    @Test
    void everyByteOfTheSmallAndTheFirstBytesOfTheLargeFilesMatters() {
        List<String> names = new ArrayList<>();
        for (int offset = 0; offset < 100; offset++) {
            int at = offset;
            openWith(
                            "byte %d of store.db".formatted(at),
                            copy -> content(copy, "store.db")[at] ^= 0x10)
                    .ifPresent(names::add);
        }
        for (int offset = 0; offset < 56; offset++) {
            int at = offset;
            openWith(
                            "byte %d of store.db-wal".formatted(at),
                            copy -> content(copy, "store.db-wal")[at] ^= 0x10)
                    .ifPresent(names::add);
        }
        assertThat(names.size()).isGreaterThan(60);
    }

    @Test
    void aShorterLogIsNoticed() {
        byte[] wal = content(files, "store.db-wal");
        int frame = LogImage.FRAME_BYTES;
        var random = new Random(1);
        for (int i = 0; i < 60; i++) {
            int length = i < 20 ? wal.length - 1 - i * frame / 3 : random.nextInt(wal.length);
            Optional<String> damage =
                    openWith(
                            "log cut to %d bytes".formatted(length),
                            copy -> copy.put("store.db-wal", Arrays.copyOf(wal, length)));
            assertThat(damage).as("log cut to %d of %d bytes", length, wal.length).isPresent();
        }
    }

    /** Where a crash of the disk would cut it. */
    @Test
    void aLogCutAtAFrameIsNoticed() {
        cutAtFrames(47);
    }

    @Test
    @Tag("long")
    void aLogCutAtAnyFrameIsNoticed() {
        cutAtFrames(1);
    }

    private void cutAtFrames(int step) {
        byte[] wal = log().bytes();
        int frame = LogImage.FRAME_BYTES;
        int frames = log().frames();
        for (int kept = frames - 1; kept >= 0; kept -= step) {
            int length = LogImage.HEADER_BYTES + kept * frame;
            Optional<String> damage =
                    openWith(
                            "log cut to %d of %d frames".formatted(kept, frames),
                            copy -> copy.put("store.db-wal", Arrays.copyOf(wal, length)));
            assertThat(damage).as("log cut to %d of %d frames", kept, frames).isPresent();
        }
    }

    @Test
    void aLogWhoseTailIsZeroIsNoticedAndZeroesBehindItAreFine() {
        byte[] wal = content(files, "store.db-wal");
        int already = zeroesAtTheEnd(wal); // the last page may end with any byte
        for (int lost : new int[] {1, 100, 4096, 4120, 10_000, wal.length}) {
            int zeroes = Math.min(already + lost, wal.length);
            assertThat(
                            openWith(
                                    "last %d bytes zero".formatted(zeroes),
                                    copy ->
                                            copy.put(
                                                    "store.db-wal",
                                                    Arrays.copyOf(
                                                            Arrays.copyOf(wal, wal.length - zeroes),
                                                            wal.length))))
                    .as("last %d bytes zero", zeroes)
                    .isPresent();
            assertThat(
                            openWith(
                                    "%d zeroes appended".formatted(zeroes),
                                    copy ->
                                            copy.put(
                                                    "store.db-wal",
                                                    Arrays.copyOf(wal, wal.length + zeroes))))
                    .as("%d zeroes appended", zeroes)
                    .isEmpty();
        }
    }

    private static int zeroesAtTheEnd(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return bytes.length - end;
    }

    /** As after a power failure: HEAD is written without an fsync of its own. */
    @Test
    void anEarlierHeadIsFine() {
        assertThat(openWith("earlier HEAD", copy -> copy.put("HEAD", content(earlier, "HEAD"))))
                .isEmpty();
        for (int slot : new int[] {0, 512}) {
            assertThat(
                            openWith(
                                    "slot at %d of HEAD torn".formatted(slot),
                                    copy ->
                                            Arrays.fill(
                                                    content(copy, "HEAD"),
                                                    slot,
                                                    slot + 512,
                                                    (byte) 0)))
                    .isEmpty();
        }
        assertThat(
                        openWith(
                                "both slots of HEAD torn",
                                copy -> Arrays.fill(content(copy, "HEAD"), (byte) 0)))
                .get()
                .asString()
                .contains("HEAD is damaged: it does not say what was last acknowledged");
    }

    @Test
    void anEarlierDatabaseIsNoticed() {
        assertThat(
                        openWith(
                                "earlier database without its log",
                                copy -> {
                                    copy.put("store.db", content(earlier, "store.db"));
                                    copy.remove("store.db-wal");
                                    copy.remove("store.db-shm");
                                }))
                .get()
                .asString()
                .contains("its tail has vanished");
    }

    @Test
    void aShorterDatabaseIsNoticed() {
        byte[] database = content(earlier, "store.db");
        var random = new Random(3);
        for (int i = 0; i < 12; i++) {
            int length = random.nextInt(database.length);
            int cut = i % 2 == 0 ? length : length / 4096 * 4096;
            assertThat(
                            openWith(
                                    "database cut to %d bytes".formatted(cut),
                                    copy -> {
                                        copy.put("store.db", Arrays.copyOf(database, cut));
                                        copy.put("HEAD", content(earlier, "HEAD"));
                                        copy.remove("store.db-wal");
                                        copy.remove("store.db-shm");
                                    }))
                    .as("database cut to %d of %d bytes", cut, database.length)
                    .isPresent();
        }
    }

    @Test
    void aLogWithATornTransactionBehindTheLastAcknowledgedIsFine() {
        byte[] wal = content(files, "store.db-wal");
        var random = new Random(2);
        for (int length : new int[] {1, 24, 100, 4120, 5000, 9000}) {
            byte[] longer = Arrays.copyOf(wal, wal.length + length);
            byte[] garbage = new byte[length];
            random.nextBytes(garbage);
            System.arraycopy(garbage, 0, longer, wal.length, length);
            assertThat(
                            openWith(
                                    "%d bytes of garbage".formatted(length),
                                    copy -> copy.put("store.db-wal", longer)))
                    .isEmpty();
            // the beginning of a frame that was never finished: a stale one, copied
            System.arraycopy(wal, 32, longer, wal.length, Math.min(length, 4119));
            assertThat(
                            openWith(
                                    "%d bytes of a frame".formatted(length),
                                    copy -> copy.put("store.db-wal", longer)))
                    .isEmpty();
        }
    }

    @Test
    void aMissingFileIsNamed() {
        assertThat(openWith("no log", copy -> copy.remove("store.db-wal")))
                .get()
                .asString()
                .contains("its tail has vanished");
        assertThat(openWith("no HEAD", copy -> copy.remove("HEAD")))
                .get()
                .asString()
                .contains("HEAD");
        assertThat(openWith("no database", copy -> copy.remove("store.db")))
                .get()
                .asString()
                .contains("store.db is missing");
        assertThat(openWith("no shared memory", copy -> copy.remove("store.db-shm"))).isEmpty();
    }

    @Test
    void aFlippedFrameInTheMiddleIsNamedWithItsPlace() {
        int frame = LogImage.FRAME_BYTES;
        assertThat(
                        openWith(
                                "frame 10",
                                copy -> content(copy, "store.db-wal")[32 + 9 * frame + 2000] ^= 1))
                .get()
                .asString()
                .contains("store.db-wal is damaged: frame 10 of ")
                .contains("(at byte %d) does not match its checksum".formatted(32 + 9 * frame))
                .contains("restore a backup");
    }
}
