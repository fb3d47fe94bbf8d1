package io.biplane.node.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.linux.testing.Eventually;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** The connection to stand-ins that are killed, or talk nonsense. */
final class StandInsClientTest {
    private static final Duration LIMIT = Duration.ofSeconds(15);

    @TempDir Path directory;
    private final List<String> connected = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();
    private final AtomicInteger launches = new AtomicInteger();

    @AfterEach
    void tearDown() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private Path socket() {
        return directory.resolve("standins.sock");
    }

    private ScriptedStandIns standIns(Function<JsonNode, String> answer) {
        ScriptedStandIns standIns = new ScriptedStandIns(socket(), answer);
        open.add(standIns);
        return standIns;
    }

    private StandInsClient client(Runnable onExit) {
        StandInsClient client =
                new StandInsClient(
                        socket(),
                        launches::incrementAndGet,
                        new StandInsClient.Listener() {
                            @Override
                            public void connected(String instance) {
                                connected.add(instance);
                            }

                            @Override
                            public void exited(ServedState state) {
                                onExit.run();
                            }
                        });
        open.add(client);
        client.start();
        return client;
    }

    private static String list(JsonNode request) {
        return "{\"id\":%d,\"pods\":[]}\n".formatted(ScriptedStandIns.id(request));
    }

    private void awaitConnections(int count) {
        Eventually.holds(LIMIT, () -> connected.size() >= count ? "" : "connected to " + connected);
    }

    /** What the first connection answers; the second one answers as it should. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"id\":2,\"pods\":[{\"pod\":{\"uid\":\"cut sh", // as when the process is killed
                "{\"id\":2,\"pods\":[",
                "no JSON\n",
                "[1,2\n",
                "\"text\"\n\u0000\n"
            })
    void aConnectionThatBreaksInWhateverWayIsMadeAnew(String nonsense) throws Exception {
        ScriptedStandIns standIns = standIns(r -> connected.size() == 1 ? nonsense : list(r));
        StandInsClient client = client(() -> {});
        awaitConnections(1);
        assertThatThrownBy(client::list).isInstanceOf(IOException.class);
        awaitConnections(2);
        assertThat(client.list()).isEmpty();
        assertThat(standIns.connections()).isEqualTo(2);
        assertThat(client.instance()).isEqualTo("2");
    }

    @Test
    void aListenerThatThrowsCostsOneConnectionAndNotTheClient() throws Exception {
        String event =
                """
                {"event":"exited","state":{"pod":{"uid":"u","namespace":"","name":"n","node":"","hostname":"","netns":"/x","addresses":[],"containers":[]},"states":{}}}
                """;
        ScriptedStandIns _ = standIns(r -> connected.size() < 3 ? event : list(r));
        AtomicInteger heard = new AtomicInteger();
        StandInsClient client =
                client(() -> {
                    if (heard.incrementAndGet() == 1) {
                        throw new IllegalStateException("a bug of the listener");
                    }
                    throw new StackOverflowError("a bug of the listener");
                });
        for (int connections = 1; connections < 3; connections++) {
            awaitConnections(connections);
            assertThatThrownBy(client::list).isInstanceOf(IOException.class);
        }
        awaitConnections(3);
        assertThat(client.list()).isEmpty();
        assertThat(heard).hasValue(2);
    }

    @Test
    void whoAsksWhileThereIsNoConnectionGetsTheNextOne() throws Exception {
        StandInsClient client = client(() -> {});
        Eventually.holds(LIMIT, () -> launches.get() > 0 ? "" : "not launched");
        Thread later = Thread.ofPlatform().start(() -> standIns(StandInsClientTest::list));
        assertThat(client.list()).isEmpty();
        later.join();
        assertThat(launches).as("the process was started once").hasValue(1);
    }

    @Test
    void anEndInsteadOfAnAnswerIsAnErrorAndThenAnotherConnection() {
        ScriptedStandIns standIns = standIns(_ -> "");
        StandInsClient client = client(() -> {});
        for (int connections = 1; connections <= 3; connections++) {
            awaitConnections(connections);
            assertThatThrownBy(client::list).isInstanceOf(IOException.class);
        }
        awaitConnections(4);
        assertThat(standIns.connections()).isEqualTo(4);
    }
}
