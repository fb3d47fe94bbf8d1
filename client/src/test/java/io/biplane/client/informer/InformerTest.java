package io.biplane.client.informer;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Json;
import io.biplane.api.Reason;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.ObjectView;
import io.biplane.api.view.ViewedKind;
import io.biplane.client.ListOptions;
import io.biplane.client.PatchType;
import io.biplane.client.WatchEvent;
import io.biplane.client.testing.FakeApi;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

class InformerTest {
    private static final Optional<StatusException> UNAVAILABLE =
            Optional.of(new StatusException(Reason.SERVICE_UNAVAILABLE, "starting"));

    private final FakeApi api = new FakeApi();
    private final Informers informers = new Informers(api.client());
    private final Informer<ObjectView> informer =
            informers.informer(ViewedKind.plain(Kinds.CONFIG_MAPS));
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        informers.close();
        api.close();
    }

    @Test
    void listsThenFollowsTheWatch() throws Exception {
        create("a");
        start();
        assertThat(next()).isEqualTo("+a");
        create("b");
        assertThat(next()).isEqualTo("+b");
        api.client().delete(Kinds.CONFIG_MAPS, "x", "a");
        assertThat(next()).isEqualTo("-a");
        assertThat(informer.get("x", "a")).isEmpty();
        assertThat(informer.get("x", "b")).isPresent();
    }

    @Test
    void goesOnFromItsVersionAfterABrokenWatch() throws Exception {
        start();
        create("a");
        assertThat(next()).isEqualTo("+a");
        api.breakWatches();
        create("b");
        assertThat(next()).isEqualTo("+b");
        assertThat(api.count("GET", "watch=true")).isGreaterThan(1);
        assertThat(api.requests())
                .filteredOn(r -> r.method().equals("GET") && !r.target().contains("watch"))
                .hasSize(1);
    }

    @Test
    void tellsTheDifferenceWhenItsVersionIsGone() throws Exception {
        create("old");
        start();
        assertThat(next()).isEqualTo("+old");
        AtomicBoolean down = new AtomicBoolean(true);
        api.refuse(r -> down.get() && r.method().equals("GET") ? UNAVAILABLE : Optional.empty());
        api.breakWatches();
        api.client().delete(Kinds.CONFIG_MAPS, "x", "old");
        create("new");
        api.compact();
        down.set(false);
        assertThat(List.of(next(), next())).containsExactlyInAnyOrder("+new", "-old");
    }

    /** The pauses make up for this at least, however slow the machine is. */
    @Test
    void pausesWhenEveryVersionIsGone() throws Exception {
        CountDownLatch refused = new CountDownLatch(6);
        api.refuse(r -> {
            if (!r.target().contains("watch") || refused.getCount() == 0) {
                return Optional.empty();
            }
            refused.countDown();
            return Optional.of(StatusException.expired("too old"));
        });
        long began = System.nanoTime();
        start();
        assertThat(refused.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isGreaterThanOrEqualTo(Duration.ofMillis(25 + 50 + 100 + 200));
        create("a");
        assertThat(next()).isEqualTo("+a");
    }

    @Test
    void findsAWriteBeforeTheWatchBringsIt() throws Exception {
        start();
        informer.written(create("mine"));
        assertThat(informer.get("x", "mine")).isPresent();
        assertThat(next()).isEqualTo("+mine");
        create("next");
        assertThat(next()).isEqualTo("+next"); // "mine" was not told twice
    }

    @Test
    void doesNotReviveWhatTheWatchHasSeenGo() throws Exception {
        start();
        ObjectNode created = create("ghost");
        api.client().delete(Kinds.CONFIG_MAPS, "x", "ghost");
        assertThat(next()).isEqualTo("+ghost");
        assertThat(next()).isEqualTo("-ghost");
        informer.written(created);
        assertThat(informer.get("x", "ghost")).isEmpty();
    }

    @Test
    void indexesFollowTheObjects() throws Exception {
        Index<ObjectView> byLabel = informer.index(o -> o.meta().labels().values());
        start();
        create("a");
        assertThat(next()).isEqualTo("+a");
        assertThat(byLabel.get("red")).hasSize(1);
        api.client()
                .patch(
                        Kinds.CONFIG_MAPS,
                        "x",
                        "a",
                        PatchType.MERGE,
                        Json.parse("{\"metadata\":{\"labels\":{\"colour\":\"blue\"}}}"));
        assertThat(next()).isEqualTo("=a");
        assertThat(byLabel.get("red")).isEmpty();
        assertThat(byLabel.count("blue")).isEqualTo(1);
    }

    @Test
    void isSharedByAllWhoAsk() {
        assertThat(informers.informer(ViewedKind.plain(Kinds.CONFIG_MAPS))).isSameAs(informer);
    }

    /**
     * As a controller that makes an object anew before the watch has told of the first one's end.
     */
    @Test
    void anOlderEndDoesNotTakeTheNewerObject() throws Exception {
        start();
        informer.apply(event("ADDED", 10));
        assertThat(next()).isEqualTo("+a");
        informer.apply(event("MODIFIED", 21)); // as written() does
        assertThat(next()).isEqualTo("=a");
        informer.apply(event("DELETED", 20));
        assertThat(informer.get("x", "a")).isPresent();
        informer.apply(event("DELETED", 22));
        assertThat(next()).isEqualTo("-a");
        assertThat(informer.get("x", "a")).isEmpty();
    }

    @Test
    void aListenerThatFailsLeavesTheOthersAndTheStateWhole() throws Exception {
        Index<ObjectView> broken =
                informer.index(o -> {
                    throw new IllegalStateException("index of " + o.name());
                });
        Index<ObjectView> byName = informer.index(o -> List.of(o.name()));
        informer.listen((before, after) -> {
            throw new IllegalStateException("listener");
        });
        start();
        create("a");
        assertThat(next()).isEqualTo("+a");
        assertThat(informer.get("x", "a")).isPresent();
        assertThat(byName.count("a")).isEqualTo(1);
        assertThat(broken.count("a")).isZero();
        api.client().delete(Kinds.CONFIG_MAPS, "x", "a");
        assertThat(next()).isEqualTo("-a");
        assertThat(byName.count("a")).isZero();
    }

    /** It would be blind without a word. */
    @Test
    void whateverTheClientThrowsTheInformerGoesOn() throws Exception {
        create("a");
        Iterator<Throwable> thrown =
                List.of(new IllegalStateException("a bug"), new StackOverflowError()).iterator();
        api.refuse(request -> {
            if (thrown.hasNext()) {
                throw InformerTest.<RuntimeException>sneak(thrown.next());
            }
            return Optional.empty();
        });
        start();
        assertThat(thrown.hasNext()).isFalse();
        assertThat(next()).isEqualTo("+a");
        create("b");
        assertThat(next()).isEqualTo("+b");
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable> X sneak(Throwable thrown) throws X {
        throw (X) thrown;
    }

    /** Whoever closes informers closes what their listeners use next. */
    @Test
    void onceClosedNoListenerIsAtWork() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean working = new AtomicBoolean();
        create("a");
        informer.listen((before, after) -> {
            working.set(true);
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            } finally {
                working.set(false);
            }
        });
        informers.start();
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        informers.close();
        assertThat(working).isFalse();
    }

    /** One object of one user must not stop a controller's view of all others. */
    @Test
    void anObjectThatCannotBeReadIsPassedOverAndTheRestGoesOn() throws Exception {
        create("bad");
        create("good");
        Informer<ObjectView> picky =
                informers.informer(
                        new ViewedKind<>(
                                Kinds.CONFIG_MAPS,
                                object -> {
                                    ObjectView view = ObjectView.of(object);
                                    if (view.name().equals("bad")) {
                                        throw new IllegalArgumentException("bad");
                                    }
                                    return view;
                                }),
                        ListOptions.labels("colour=red"));
        informers.start();
        assertThat(picky.awaitSynced(Duration.ofSeconds(10))).isTrue();
        assertThat(picky.list()).extracting(ObjectView::name).containsExactly("good");
        picky.listen(this::tell);
        assertThat(next()).isEqualTo("+good");
        create("badly");
        assertThat(next()).isEqualTo("+badly");
        assertThat(api.requests())
                .filteredOn(r -> !r.target().contains("watch") && r.target().contains("colour"))
                .hasSize(1);
    }

    private static WatchEvent event(String type, int version) {
        return new WatchEvent(
                type,
                Json.parseObject(
                        """
                        {"metadata":{"namespace":"x","name":"a","resourceVersion":"%d"}}
                        """
                                .formatted(version)));
    }

    private void start() throws Exception {
        informer.listen(this::tell);
        informers.start();
        informers.awaitSynced(Duration.ofSeconds(10));
    }

    private void tell(@Nullable ObjectView before, @Nullable ObjectView after) {
        if (after != null) {
            told.add((before == null ? "+" : "=") + after.name());
        } else if (before != null) {
            told.add("-" + before.name());
        }
    }

    private @Nullable String next() throws InterruptedException {
        return told.poll(10, TimeUnit.SECONDS);
    }

    private ObjectNode create(String name) {
        return api.create(
                "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'namespace':'x','name':'"
                        + name
                        + "','labels':{'colour':'red'}}}");
    }
}
