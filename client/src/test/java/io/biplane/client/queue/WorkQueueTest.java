package io.biplane.client.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

class WorkQueueTest {
    private final BlockingQueue<String> worked = new LinkedBlockingQueue<>();

    @Test
    void handsOutAWaitingKeyOnce() throws Exception {
        try (WorkQueue<String> queue = new WorkQueue<>("q", 1, worked::add)) {
            queue.add("a");
            queue.add("b");
            queue.add("a");
            queue.start();
            queue.add("end");
            assertThat(worked.poll(10, TimeUnit.SECONDS)).isEqualTo("a");
            assertThat(worked.poll(10, TimeUnit.SECONDS)).isEqualTo("b");
            assertThat(worked.poll(10, TimeUnit.SECONDS)).isEqualTo("end");
        }
    }

    @Test
    void neverGivesAKeyToTwoWorkersButComesBackToIt() throws Exception {
        AtomicInteger at = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Semaphore entered = new Semaphore(0);
        Semaphore proceed = new Semaphore(0);
        try (WorkQueue<String> queue =
                new WorkQueue<>(
                        "q",
                        4,
                        _ -> {
                            most.accumulateAndGet(at.incrementAndGet(), Math::max);
                            entered.release();
                            proceed.acquire();
                            at.decrementAndGet();
                        })) {
            queue.start();
            queue.add("a");
            assertThat(entered.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            queue.add("a"); // changed while it is worked on
            queue.add("a");
            proceed.release();
            assertThat(entered.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            proceed.release();
        }
        assertThat(most).hasValue(1);
        assertThat(entered.availablePermits()).isZero();
    }

    @Test
    void triesAFailedKeyAgain() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1);
        try (WorkQueue<String> queue =
                new WorkQueue<>(
                        "q",
                        1,
                        _ -> {
                            if (attempts.incrementAndGet() < 4) {
                                throw new IllegalStateException("not yet");
                            }
                            done.countDown();
                        })) {
            queue.start();
            queue.add("a");
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(attempts).hasValue(4);
    }

    /** A bug that one key shows must not leave the other keys without a worker. */
    @Test
    void aKeyThatOverflowsTheStackIsAFailureLikeAnyOther() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        try (WorkQueue<String> queue =
                new WorkQueue<>(
                        "q",
                        1,
                        key -> {
                            if (key.equals("deep") && attempts.incrementAndGet() < 3) {
                                if (attempts.get() == 1) {
                                    throw new StackOverflowError();
                                }
                                throw new InternalError();
                            }
                            worked.add(key);
                        })) {
            queue.start();
            queue.add("deep");
            queue.add("other");
            assertThat(worked.poll(10, TimeUnit.SECONDS)).isEqualTo("other");
            assertThat(worked.poll(10, TimeUnit.SECONDS)).isEqualTo("deep");
        }
    }

    @Test
    void aBurstWithinTheBatchTimeIsOneCall() throws Exception {
        try (WorkQueue<String> queue =
                new WorkQueue<>("q", 1, Duration.ofMillis(20), worked::add)) {
            queue.start();
            for (int i = 0; i < 100; i++) {
                queue.add("a");
            }
            assertThat(worked.poll(10, TimeUnit.SECONDS)).isEqualTo("a");
            queue.add("end");
            assertThat(worked.poll(10, TimeUnit.SECONDS)).isEqualTo("end");
        }
    }
}
