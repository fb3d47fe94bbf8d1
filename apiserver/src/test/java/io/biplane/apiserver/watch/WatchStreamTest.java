package io.biplane.apiserver.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.kind.Kinds;
import io.biplane.api.selector.FieldSelector;
import io.biplane.api.selector.LabelSelector;
import io.biplane.apiserver.exchange.Query;
import io.biplane.apiserver.exchange.Request;
import io.biplane.apiserver.exchange.User;
import io.biplane.apiserver.render.Accept;
import io.biplane.apiserver.render.Rendering;
import io.biplane.apiserver.storage.ObjectKeys;
import io.biplane.apiserver.storage.StoredObject;
import io.biplane.apiserver.watch.WatchStream.Manner;
import io.biplane.apiserver.watch.WatchStream.Watched;
import io.biplane.loop.Await;
import io.biplane.store.Op;
import io.biplane.store.SlowWatcherException;
import io.biplane.store.Store;
import io.biplane.store.Txn;
import io.biplane.store.Watch;
import io.biplane.store.WatchListener;
import io.biplane.store.memory.MemoryStore;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.JsonNode;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.stream.LongStream;

/** The lines that a watcher gets, and how its stream ends. */
@Timeout(60)
class WatchStreamTest {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final int LOG_CHANGES = 4096;

    private final MemoryStore memory = new MemoryStore();

    /** The store's watches that are open, by listener. */
    private final Map<WatchListener, Watch> watches = new ConcurrentHashMap<>();

    private final Store store =
            (Store)
                    Proxy.newProxyInstance(
                            Store.class.getClassLoader(),
                            new Class<?>[] {Store.class},
                            (_, method, arguments) -> {
                                try {
                                    Object result = method.invoke(memory, arguments);
                                    return result instanceof Watch watch
                                            ? counted((WatchListener) arguments[3], watch)
                                            : result;
                                } catch (InvocationTargetException e) {
                                    throw e.getCause();
                                }
                            });
    private final ChangeLogs logs = new ChangeLogs(store);

    private Watch counted(WatchListener listener, Watch watch) {
        watches.put(listener, watch);
        return new Watch() {
            @Override
            public void requestProgress() {
                watch.requestProgress();
            }

            @Override
            public void close() {
                watches.remove(listener);
                watch.close();
            }
        };
    }

    @AfterEach
    void close() {
        logs.close();
        memory.close();
        assertThat(watches).isEmpty();
    }

    private static Rendering rendering(String accept) {
        Map<String, String> headers = Map.of("accept", accept);
        Request request = new Request("GET", "/", Query.EMPTY, headers, new byte[0], User.LOOPBACK);
        return Accept.parse(request, Kinds.BUILT_IN).rendering();
    }

    private WatchStream stream(long after, Duration timeout) {
        return stream(after, "", timeout, List.of(), false);
    }

    private WatchStream stream(
            long after, String labels, Duration timeout, List<StoredObject> initial, boolean mark) {
        return new WatchStream(
                logs,
                new Watched(
                        Kinds.CONFIG_MAPS,
                        ObjectKeys.prefix(Kinds.CONFIG_MAPS, "x"),
                        LabelSelector.parse(labels),
                        FieldSelector.everything(),
                        after),
                new Manner(rendering("application/json"), mark, timeout),
                initial,
                mark);
    }

    private long put(String key, String label) {
        String object =
                "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\",\"labels\":{\"l\":\"%s\"}}}"
                        .formatted(label);
        byte[] value = StoredObject.encode(Kinds.CONFIG_MAPS, Json.parseObject(object));
        var _ = store.commit(Txn.put("/registry/core/configmaps/" + key, value));
        return store.revision();
    }

    private static List<String> texts(List<byte[]> lines) {
        return lines.stream().map(line -> new String(line, StandardCharsets.UTF_8)).toList();
    }

    private static String line(String type, long revision, String label) {
        return """
        {"type":"%s","object":{"apiVersion":"v1","kind":"ConfigMap","metadata":\
        {"resourceVersion":"%d","name":"a","labels":{"l":"%s"}}}}
        """
                .formatted(type, revision, label);
    }

    private static String bookmark(long revision, String more) {
        return """
        {"type":"BOOKMARK","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":\
        {"resourceVersion":"%d","creationTimestamp":null%s}}}
        """
                .formatted(revision, more);
    }

    /** Two commits on one key; {@code -} is a deletion. */
    @ParameterizedTest
    @CsvSource({
        "x/a, in, in, ADDED 2 in, MODIFIED 3 in",
        "x/a, in, out, ADDED 2 in, DELETED 3 in",
        "x/a, in, -, ADDED 2 in, DELETED 3 in",
        "x/a, out, in, '', ADDED 3 in",
        "x/a, out, out, '', ''",
        "x/a, out, -, '', ''",
        "xx/a, in, in, '', ''",
        "y/a, in, -, '', ''",
    })
    void aChangeIsWhatItIsToTheSelection(
            String key, String first, String second, String firstLine, String secondLine)
            throws Exception {
        put(key, first);
        if (second.equals("-")) {
            var _ = store.commit(delete("/registry/core/configmaps/" + key));
        } else {
            put(key, second);
        }
        long end = put("x/end", "in");
        List<String> expected = new ArrayList<>();
        for (String[] words :
                new String[][] {firstLine.split(" ", -1), secondLine.split(" ", -1)}) {
            if (words.length == 3) {
                expected.add(line(words[0], Long.parseLong(words[1]), words[2]));
            }
        }
        expected.add(line("ADDED", end, "in"));
        try (WatchStream stream = stream(1, "l=in", LONG, List.of(), false)) {
            List<String> seen = new ArrayList<>();
            while (seen.isEmpty() || !seen.getLast().equals(expected.getLast())) {
                seen.addAll(texts(stream.next()));
            }
            assertThat(seen).isEqualTo(expected);
        }
    }

    private static Txn delete(String key) {
        return new Txn(List.of(), List.of(new Op.Delete(key)));
    }

    @Test
    void whatNearlyAllWantIsEncodedOnceAndOtherFormsApart() throws Exception {
        put("x/a", "in");
        Watched watched =
                new Watched(
                        Kinds.CONFIG_MAPS,
                        "",
                        LabelSelector.everything(),
                        FieldSelector.everything(),
                        1);
        List<byte[]> lines = new ArrayList<>();
        for (String accept : List.of("*/*", "application/json", "application/json;as=Table")) {
            Manner manner = new Manner(rendering(accept), false, LONG);
            try (WatchStream stream = new WatchStream(logs, watched, manner, List.of(), false)) {
                lines.addAll(stream.next());
            }
        }
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).isSameAs(lines.get(1));
        assertThat(new String(lines.get(2), StandardCharsets.UTF_8))
                .startsWith("{\"type\":\"ADDED\",\"object\":{\"kind\":\"Table\"")
                .endsWith("}\n");
    }

    @ParameterizedTest
    @CsvSource({"0, true", "1, false", "256, true", "257, true", "600, false", "600, true"})
    void itBeginsWithWhatExistsInPartsAndSaysWhenThatIsAll(int objects, boolean mark)
            throws Exception {
        List<String> expected = new ArrayList<>();
        for (int i = 1; i <= objects; i++) {
            long revision = put("x/%03d".formatted(i), "in");
            expected.add(line("ADDED", revision, "in"));
        }
        long begun = store.revision();
        List<StoredObject> initial =
                store.range("/", "0", 0, 0).entries().stream()
                        .map(entry -> StoredObject.of(Kinds.CONFIG_MAPS, entry))
                        .toList();
        if (mark) {
            expected.add(
                    bookmark(begun, ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}"));
        }
        expected.add(line("ADDED", put("x/later", "later"), "later"));
        try (WatchStream stream = stream(begun, "", LONG, initial, mark)) {
            List<String> seen = new ArrayList<>();
            while (seen.size() < expected.size()) {
                List<String> part = texts(stream.next());
                assertThat(part).hasSizeBetween(1, 257);
                seen.addAll(part);
            }
            assertThat(seen).isEqualTo(expected);
        }
    }

    /** Though there is more to see: changes may always come faster than a client reads. */
    @Test
    void itEndsAtItsDeadline() throws Exception {
        try (WatchStream stream = stream(1, Duration.ofMillis(20))) {
            long deadline = System.nanoTime() + Duration.ofMillis(20).toNanos();
            while (System.nanoTime() - deadline < 0) {
                untilTheSharedLogHas(put("x/a", "in"));
                var _ = stream.next();
            }
            untilTheSharedLogHas(put("x/a", "in"));
            assertThat(stream.next()).isEmpty();
        }
    }

    /** Before it begins, while it waits, and while it catches up with a log of its own. */
    @ParameterizedTest
    @ValueSource(strings = {"new", "shared", "own"})
    void whoeverClosesItEndsItAtOnce(String where) throws Exception {
        long revision = put("x/a", "in");
        assertThat(logs.sharedFrom(Kinds.CONFIG_MAPS, revision)).isNotNull();
        WatchStream stream = stream(revision, LONG);
        if (where.equals("own")) {
            stream = stream(revision - 1, LONG);
            assertThat(stream.next()).hasSize(1);
        }
        FutureTask<List<byte[]>> last = new FutureTask<>(stream::next);
        if (where.equals("shared")) {
            startAndWait(last);
        }
        stream.close();
        stream.close();
        last.run();
        assertThat(last.get()).isEmpty();
        assertThat(stream.next()).isEmpty();
        assertThat(watches).hasSize(1); // the shared one
    }

    private static void startAndWait(FutureTask<?> task) throws Exception {
        Thread reader = Thread.ofPlatform().daemon().start(task);
        Optional<String> amiss =
                Await.within(Duration.ofSeconds(30))
                        .until(() ->
                                reader.getState() == Thread.State.TIMED_WAITING
                                        ? ""
                                        : "reader is " + reader.getState());
        assertThat(amiss).isEmpty();
    }

    private static List<Long> revisions(WatchStream stream, long last) throws Exception {
        List<Long> seen = new ArrayList<>();
        while (seen.isEmpty() || seen.getLast() < last) {
            List<byte[]> lines = stream.next();
            assertThat(lines).as("the stream ended after %s", seen).isNotEmpty();
            for (byte[] line : lines) {
                JsonNode object = Json.parse(line).path("object");
                seen.add(Long.parseLong(Fields.string(object, "metadata", "resourceVersion")));
            }
        }
        return seen;
    }

    /** So many changes that the shared log has none of the first; returns the last one's. */
    private long more(int changes) throws InterruptedException {
        long last = 0;
        for (int i = 1; i <= changes; i++) {
            last = put("x/a", "in");
            if (i % 1000 == 0 || i == changes) {
                untilTheSharedLogHas(last);
            }
        }
        return last;
    }

    @Test
    void whoIsTooSlowForTheSharedLogGetsAllAndComesBackToIt() throws Exception {
        try (WatchStream slow = stream(1, LONG)) {
            assertThat(revisions(slow, put("x/a", "in"))).containsExactly(2L);
            long last = more(2 * LOG_CHANGES + 1);
            assertThat(logs.sharedFrom(Kinds.CONFIG_MAPS, 2)).isNull();
            assertThat(revisions(slow, last))
                    .isEqualTo(LongStream.rangeClosed(3, last).boxed().toList());
            assertThat(revisions(slow, more(1))).containsExactly(last + 1);
            assertThat(watches).as("logs").hasSize(1);
        }
    }

    private void untilTheSharedLogHas(long revision) throws InterruptedException {
        ChangeLog shared = Objects.requireNonNull(logs.sharedFrom(Kinds.CONFIG_MAPS, revision - 1));
        assertThat(shared.read(revision - 1, LONG.toNanos(), new ChangeLog.Stop())).isNotNull();
    }

    @Test
    void whoIsTooSlowForTheStoreIsToldThatItsVersionIsGone() throws Exception {
        try (WatchStream slow = stream(1, LONG)) {
            assertThat(revisions(slow, put("x/a", "in"))).containsExactly(2L);
            store.compact(more(LOG_CHANGES + 1));
            assertThat(texts(slow.next()))
                    .containsExactly(
                            """
                            {"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},\
                            "status":"Failure","message":"The resourceVersion for the provided watch is too old.",\
                            "reason":"Expired","code":410}}
                            """);
            assertThat(slow.next()).isEmpty();
        }
    }

    /** The store cancels the shared log's watch: all who read it go on with another. */
    @Test
    void nothingIsMissedWhenTheLogItselfIsTooSlow() throws Exception {
        try (WatchStream waiting = stream(1, LONG);
                WatchStream other = stream(1, LONG)) {
            FutureTask<List<byte[]>> next = new FutureTask<>(waiting::next);
            startAndWait(next);
            assertThat(revisions(other, put("x/b", "in"))).containsExactly(2L);
            assertThat(next.get()).hasSize(1);
            FutureTask<List<byte[]>> afterNext = new FutureTask<>(waiting::next);
            startAndWait(afterNext);
            for (var cancelled : Map.copyOf(watches).entrySet()) {
                watches.remove(cancelled.getKey());
                cancelled.getValue().close();
                cancelled.getKey().cancelled(new SlowWatcherException("", "", LOG_CHANGES));
            }
            put("x/a", "in");
            long last = put("x/a", "in");
            assertThat(revisions(other, last)).containsExactly(last - 1, last);
            assertThat(texts(afterNext.get())).startsWith(line("ADDED", last - 1, "in"));
            assertThat(watches).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itEndsWithoutAWordWhenTheServerDoes(boolean storeFirst) throws Exception {
        WatchStream stream = stream(1, LONG);
        FutureTask<List<byte[]>> last = new FutureTask<>(stream::next);
        startAndWait(last);
        if (storeFirst) {
            memory.close();
        }
        logs.close();
        assertThat(last.get()).isEmpty();
        assertThat(stream.next()).isEmpty();
    }
}
