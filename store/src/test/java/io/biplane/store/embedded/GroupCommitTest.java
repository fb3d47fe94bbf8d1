package io.biplane.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.store.StoreClosedException;
import io.biplane.store.Txn;
import io.biplane.store.TxnResult;
import io.biplane.store.disk.LogLoad;
import io.biplane.store.disk.RecordReader;
import io.biplane.store.disk.RecordWriter;
import io.biplane.store.disk.StoreFiles;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** The committing thread, when something unforeseen happens to it. */
@Timeout(60)
class GroupCommitTest {
    @TempDir Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private Replay replay;
    private GroupCommit commits;

    @BeforeEach
    void open() {
        EmbeddedOptions options = EmbeddedOptions.DEFAULTS;
        StoreFiles files = opened(StoreFiles.open(directory));
        RecordReader reader = opened(files.newReader());
        LogLoad.Loaded<Replay.Part> loaded =
                LogLoad.load(files, reader, () -> new Replay.Part(true));
        replay = new Replay(loaded);
        RecordWriter writer = opened(files.newWriter());
        ValueCache cache = new ValueCache(options.cacheBytes(), reader);
        WatchHub watches = opened(new WatchHub(replay.index, cache, options));
        Compactor compactor =
                new Compactor(
                        replay.index,
                        watches,
                        cache,
                        writer,
                        options,
                        loaded.anchor(),
                        replay.chain,
                        replay.garbage);
        commits =
                opened(
                        new GroupCommit(
                                new Ledger(
                                        replay.index,
                                        replay.leases,
                                        cache,
                                        writer,
                                        compactor,
                                        loaded.end()),
                                watches,
                                new Housekeeping(
                                        replay.index, replay.leases, compactor, writer, options),
                                options));
        watches.start();
        commits.start();
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.add(resource);
        return resource;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        opened.clear();
    }

    private TxnResult put(String key) {
        return commits.submit(ledger -> ledger.commit(Txn.put(key, new byte[] {1})));
    }

    private static <T> Function<Ledger, T> putThenThrow(Throwable thrown) {
        return ledger -> {
            TxnResult _ = ledger.commit(Txn.put("/broken", new byte[] {1}));
            ledger.flush();
            throw GroupCommitTest.<RuntimeException>sneak(thrown);
        };
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable> X sneak(Throwable thrown) throws X {
        throw (X) thrown;
    }

    @Test
    void whatNobodyForesawFailsItsGroupAndNoOther() {
        TxnResult _ = put("/before");
        for (Throwable thrown : List.of(new IllegalStateException("a bug"), new AssertionError())) {
            assertThatThrownBy(() -> commits.submit(putThenThrow(thrown)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasCause(thrown);
        }
        assertThat(put("/after")).isEqualTo(new TxnResult.Committed(3));
        assertThat(replay.index.newest("/broken")).isNull();
    }

    /** They share one fsync, and so one fate. */
    @Test
    void allOfTheGroupAreToldAndTakenBack() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch queued = new CountDownLatch(1);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> first =
                    callers.submit(() ->
                            commits.submit(ledger -> {
                                begun.countDown();
                                awaitUninterruptibly(queued);
                                return ledger.commit(Txn.put("/first", new byte[] {1}));
                            }));
            begun.await();
            IllegalStateException bug = new IllegalStateException("a bug");
            Future<?> second = callers.submit(() -> commits.submit(putThenThrow(bug)));
            while (commits.waiting() == 0) {
                Thread.onSpinWait();
            }
            queued.countDown();
            for (Future<?> each : List.of(first, second)) {
                assertThatThrownBy(each::get)
                        .isInstanceOf(ExecutionException.class)
                        .hasRootCause(bug);
            }
        }
        assertThat(put("/after")).isEqualTo(new TxnResult.Committed(2));
        close();
        try (EmbeddedStore store = EmbeddedStore.open(directory, EmbeddedOptions.DEFAULTS)) {
            assertThat(store.get("/first")).isEmpty();
            assertThat(store.get("/broken")).isEmpty();
            assertThat(store.get("/after")).isPresent();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is durable cannot be taken back: memory must be read from the disk again. */
    @Test
    void afterAFailureBehindTheFsyncNothingIsAcknowledgedAnyMore() throws Exception {
        TxnResult _ = put("/before");
        replay.chain.add(7); // so that the next record does not follow
        assertThatThrownBy(() -> put("/unknown")).hasMessageContaining("failed to apply");
        assertThatThrownBy(() -> put("/after")).isInstanceOf(StoreClosedException.class);
        close();
        try (EmbeddedStore store = EmbeddedStore.open(directory, EmbeddedOptions.DEFAULTS)) {
            assertThat(store.get("/before")).isPresent();
            assertThat(store.get("/unknown")).as("it was durable").isPresent();
            assertThat(store.get("/after")).isEmpty();
            assertThat(store.commit(Txn.put("/later", new byte[0])))
                    .isEqualTo(new TxnResult.Committed(4));
        }
    }

    /** It happens between any two steps, so that what there is cannot be relied on. */
    @Test
    void afterAFailureOfTheMachineNothingIsWrittenAnyMore() {
        assertThatThrownBy(() -> commits.submit(putThenThrow(new StackOverflowError())))
                .hasMessageContaining("failed to apply");
        assertThatThrownBy(() -> put("/after")).isInstanceOf(StoreClosedException.class);
    }

    /** The one way in which a caller of the store could reach it: a time too long to count. */
    @Test
    void aLeaseThatIsTooLongDoesNotEndTheStore() throws Exception {
        close();
        try (EmbeddedStore store = EmbeddedStore.open(directory, EmbeddedOptions.DEFAULTS)) {
            assertThatThrownBy(() -> store.grantLease(Duration.ofSeconds(Long.MAX_VALUE)))
                    .hasRootCauseInstanceOf(ArithmeticException.class);
            assertThat(store.commit(Txn.put("/after", new byte[0])))
                    .isEqualTo(new TxnResult.Committed(2));
        }
    }
}
