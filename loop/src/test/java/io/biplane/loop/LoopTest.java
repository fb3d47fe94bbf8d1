package io.biplane.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;

@Timeout(60)
class LoopTest {
    private static final Duration FOR_EVER = Duration.ofNanos(Ticker.FOR_EVER);

    private final FakeTicker ticker = new FakeTicker();
    private final AtomicInteger turns = new AtomicInteger();
    private final List<Loop> started = new ArrayList<>();

    @AfterEach
    void close() {
        started.forEach(Loop::close);
    }

    private Loop start(Loop loop) {
        started.add(loop);
        loop.start();
        return loop;
    }

    private Loop.Builder loop() {
        return Loop.platform("test").ticker(ticker);
    }

    private void count() {
        turns.incrementAndGet();
    }

    /** The loop waits that long, after so many turns. */
    private void assertIdle(int expectedTurns, Duration expected) throws InterruptedException {
        assertThat(ticker.idle()).isEqualTo(expected);
        assertThat(turns).hasValue(expectedTurns);
    }

    @Test
    void whoAsksFirstHasATurnAtOnceAndFollowersShareTheNext() throws Exception {
        Loop loop = start(loop().coalesce(millis(20)).run(this::count));
        assertIdle(1, FOR_EVER);
        ticker.advance(millis(20));
        loop.wake();
        assertIdle(2, FOR_EVER);
        loop.wake();
        assertIdle(2, millis(20));
        ticker.advance(millis(5));
        loop.wake();
        loop.wake();
        assertIdle(2, millis(15));
        ticker.advance(millis(15));
        assertIdle(3, FOR_EVER);
    }

    @Test
    void aTurnThatIsAskedForByATimeIsNotHeldBack() throws Exception {
        Loop loop = start(loop().coalesce(millis(20)).run(this::count));
        assertIdle(1, FOR_EVER);
        loop.wake();
        loop.wakeAfter(millis(7));
        loop.wakeAfter(millis(9));
        assertIdle(1, millis(7));
        ticker.advance(millis(7));
        assertIdle(2, FOR_EVER);
        loop.wakeAfter(Duration.ofSeconds(-1));
        assertIdle(3, FOR_EVER);
    }

    @Test
    void withoutAnybodyAskingThereIsATurnEverySoOften() throws Exception {
        Loop loop = start(loop().every(Duration.ofSeconds(30)).run(this::count));
        assertIdle(1, Duration.ofSeconds(30));
        ticker.advance(Duration.ofSeconds(29));
        assertIdle(1, Duration.ofSeconds(1));
        ticker.advance(Duration.ofSeconds(1));
        assertIdle(2, Duration.ofSeconds(30));
        ticker.advance(Duration.ofSeconds(10));
        loop.wake();
        assertIdle(3, Duration.ofSeconds(30));
    }

    @Test
    void aStartMayBeLater() throws Exception {
        Loop loop = loop().every(Duration.ofSeconds(10)).run(this::count);
        started.add(loop);
        loop.startAfter(Duration.ofSeconds(10));
        assertIdle(0, Duration.ofSeconds(10));
        ticker.advance(Duration.ofSeconds(10));
        assertIdle(1, Duration.ofSeconds(10));
    }

    @Test
    void pausesAfterFailuresGrowAndBeginAnewAfterASuccess() throws Exception {
        AtomicBoolean fails = new AtomicBoolean(true);
        List<String> told = new CopyOnWriteArrayList<>();
        Loop loop =
                start(
                        loop().every(Duration.ofMinutes(1))
                                .retry(BackOff.doubling(millis(100), millis(300)))
                                .onFailure((e, first) -> told.add(e.getMessage() + " " + first))
                                .run(() -> {
                                    count();
                                    if (fails.get()) {
                                        throw new IOException("turn " + turns.get());
                                    }
                                }));
        assertIdle(1, millis(100));
        loop.wake();
        assertIdle(1, millis(100)); // nobody shortens the pause
        ticker.advance(millis(100));
        assertIdle(2, millis(200));
        ticker.advance(millis(200));
        assertIdle(3, millis(300));
        ticker.advance(millis(300));
        assertIdle(4, millis(300));
        fails.set(false);
        ticker.advance(millis(300));
        assertIdle(5, Duration.ofMinutes(1));
        fails.set(true);
        loop.wake();
        assertIdle(6, millis(100));
        assertThat(told)
                .containsExactly(
                        "turn 1 true",
                        "turn 2 false",
                        "turn 3 false",
                        "turn 4 false",
                        "turn 6 true");
    }

    @Test
    void whatRecoversInATurnFailsForTheFirstTimeAfterwards() throws Exception {
        List<Boolean> firsts = new CopyOnWriteArrayList<>();
        Loop[] loop = new Loop[1];
        loop[0] =
                loop().retry(BackOff.doubling(millis(1), millis(100)))
                        .onFailure((e, first) -> firsts.add(first))
                        .run(() -> {
                            count();
                            if (turns.get() == 3) {
                                loop[0].recovered();
                            }
                            throw new IOException("lost");
                        });
        Loop _ = start(loop[0]);
        assertIdle(1, millis(1));
        ticker.advance(millis(1));
        assertIdle(2, millis(2));
        ticker.advance(millis(2));
        assertIdle(3, millis(1));
        assertThat(firsts).containsExactly(true, false, true);
    }

    static Stream<Throwable> whatATurnMayThrow() {
        return Stream.of(
                new IOException(),
                new IllegalStateException(),
                new StackOverflowError(),
                new AssertionError(),
                new NoClassDefFoundError(),
                new InternalError(),
                new InterruptedException());
    }

    @ParameterizedTest
    @MethodSource("whatATurnMayThrow")
    void nothingThatATurnThrowsEndsTheLoop(Throwable thrown) throws Exception {
        List<Throwable> told = new CopyOnWriteArrayList<>();
        Loop _ =
                start(
                        loop().retry(BackOff.always(millis(100)))
                                .onFailure((e, first) -> told.add(e))
                                .run(() -> {
                                    if (turns.incrementAndGet() == 1) {
                                        LoopTest.<Exception>sneak(thrown);
                                    }
                                }));
        assertIdle(1, millis(100));
        ticker.advance(millis(100));
        assertIdle(2, FOR_EVER);
        assertThat(told).containsExactly(thrown);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable> void sneak(Throwable thrown) throws X {
        throw (X) thrown;
    }

    /** The process ends by it: see Main's handler of what nobody catches. */
    @Test
    void aLackOfMemoryIsLeftToTheProcess() throws Exception {
        CompletableFuture<Throwable> uncaught = new CompletableFuture<>();
        var before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((_, e) -> uncaught.complete(e));
        try {
            OutOfMemoryError lack = new OutOfMemoryError("unable to create native thread");
            Loop _ =
                    start(
                            loop().run(() -> {
                                throw lack;
                            }));
            assertThat(uncaught.get(20, TimeUnit.SECONDS)).isSameAs(lack);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    @Test
    void aListenerThatFailsDoesNotEndTheLoop() throws Exception {
        Loop _ =
                start(
                        loop().retry(BackOff.always(millis(100)))
                                .onFailure((e, first) -> {
                                    throw new StackOverflowError();
                                })
                                .run(() -> {
                                    count();
                                    throw new IOException("lost");
                                }));
        assertIdle(1, millis(100));
        ticker.advance(millis(100));
        assertIdle(2, millis(100));
    }

    @Test
    void unlessToldOtherwiseAFailureIsLoggedOnce() throws Exception {
        List<LogRecord> lines = new CopyOnWriteArrayList<>();
        Handler handler =
                new Handler() {
                    @Override
                    public void publish(LogRecord line) {
                        lines.add(line);
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        Logger logger = Logger.getLogger(Loop.class.getName());
        logger.addHandler(handler);
        try {
            Loop _ =
                    start(
                            loop().retry(BackOff.always(millis(1)))
                                    .run(() -> {
                                        count();
                                        throw new IOException("lost");
                                    }));
            for (int turn = 1; turn < 5; turn++) {
                assertIdle(turn, millis(1));
                ticker.advance(millis(1));
            }
            assertIdle(5, millis(1));
        } finally {
            logger.removeHandler(handler);
        }
        List<String> errors =
                lines.stream()
                        .filter(line -> line.getLevel().intValue() >= Level.INFO.intValue())
                        .map(line -> line.getMessage() + ": " + line.getThrown().getMessage())
                        .toList();
        assertThat(errors).containsExactly("turn failed, trying again loop=test: lost");
    }

    @Test
    void whoAsksDuringATurnHasAnother() throws Exception {
        Semaphore begun = new Semaphore(0);
        Semaphore goOn = new Semaphore(0);
        Loop loop =
                start(
                        loop().run(() -> {
                            count();
                            begun.release();
                            goOn.acquire();
                        }));
        begun.acquire();
        loop.wake();
        goOn.release();
        begun.acquire();
        goOn.release();
        assertIdle(2, FOR_EVER);
    }

    /** In real time, since only that finds what is lost between two threads. */
    @Test
    void noRequestIsLost() throws Exception {
        int rounds = 3000;
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger seen = new AtomicInteger();
        Loop loop = start(Loop.virtual("test").run(() -> seen.set(asked.get())));
        Supplier<Boolean> all =
                () -> {
                    for (int i = 0; i < rounds; i++) {
                        int mine = asked.incrementAndGet();
                        loop.wake();
                        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
                        while (seen.get() < mine) {
                            if (System.nanoTime() > deadline) {
                                return false;
                            }
                            LockSupport.parkNanos(1_000);
                        }
                    }
                    return true;
                };
        CompletableFuture<Boolean> other = new CompletableFuture<>();
        Thread second = Thread.ofPlatform().start(() -> other.complete(all.get()));
        assertThat(all.get()).isTrue();
        assertThat(other.get()).isTrue();
        second.join();
        assertThat(seen).hasValue(2 * rounds);
    }

    @Test
    void closeInterruptsATurnAndWaitsForItsEnd() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        List<String> seen = new CopyOnWriteArrayList<>();
        List<Throwable> told = new CopyOnWriteArrayList<>();
        Loop loop =
                start(
                        loop().onFailure((e, first) -> told.add(e))
                                .run(() -> {
                                    begun.countDown();
                                    try {
                                        new CountDownLatch(1).await();
                                    } finally {
                                        seen.add("interrupted");
                                    }
                                }));
        begun.await();
        assertThat(loop.isClosed()).isFalse();
        loop.close();
        assertThat(seen).containsExactly("interrupted");
        assertThat(loop.isClosed()).isTrue();
        assertThat(told).as("an end is no failure").isEmpty();
        loop.close();
    }

    @Test
    void whoIsInterruptedWhileClosingWaitsAllTheSame() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        Loop loop =
                start(
                        loop().unblock(end::countDown)
                                .run(() -> {
                                    begun.countDown();
                                    awaitUninterruptibly(end);
                                    ended.set(true);
                                }));
        begun.await();
        Thread.currentThread().interrupt();
        loop.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ended).isTrue();
    }

    private static void awaitUninterruptibly(CountDownLatch end) {
        while (end.getCount() > 0) {
            try {
                end.await();
            } catch (InterruptedException e) {
                // as a native call: it takes no notice
            }
        }
    }

    @Test
    void aTurnMayCloseItsOwnLoop() throws Exception {
        Loop[] loop = new Loop[1];
        CountDownLatch returned = new CountDownLatch(1);
        loop[0] =
                loop().every(Duration.ZERO)
                        .run(() -> {
                            count();
                            loop[0].close();
                            returned.countDown();
                        });
        Loop _ = start(loop[0]);
        assertThat(returned.await(20, TimeUnit.SECONDS)).isTrue();
        loop[0].close();
        assertThat(turns).hasValue(1);
    }

    @Test
    void anInterruptOfSomebodyElseEndsNothing() throws Exception {
        Loop loop =
                start(
                        loop().run(() -> {
                            count();
                            Thread.currentThread().interrupt();
                        }));
        assertIdle(1, FOR_EVER);
        loop.wake();
        assertIdle(2, FOR_EVER);
    }

    @Test
    void aLoopIsStartedOnceAndNotAfterItsEnd() {
        Loop loop = start(loop().run(this::count));
        assertThatThrownBy(loop::start).isInstanceOf(IllegalStateException.class);
        AtomicInteger never = new AtomicInteger();
        Loop ended = loop().run(never::incrementAndGet);
        ended.close();
        ended.start();
        ended.wake();
        ended.close();
        assertThat(never).hasValue(0);
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }
}
