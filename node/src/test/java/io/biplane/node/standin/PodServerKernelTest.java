package io.biplane.node.standin;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.testing.KernelTest;
import io.biplane.linux.testing.Witness;
import io.biplane.netip.Addr;
import io.biplane.node.Ask;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

@KernelTest
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // a deadlock fails
class PodServerKernelTest {
    private static final String NAME = "hsrv-pod";
    private static final Path NETNS = NetworkNamespace.DIRECTORY.resolve(NAME);
    private static final Addr LOOPBACK = Addr.parse("::1");
    private static final int ROUNDS = 50;

    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Serving serving = new Serving(loop, () -> {});
    private NetworkNamespace namespace;

    @BeforeEach
    void aNamespace() {
        namespace = NetworkNamespace.create(NAME);
        Witness.run(namespace, "", "ip", "link", "set", "lo", "up");
    }

    @AfterEach
    void nothingLeft() {
        serving.close();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        namespace.close();
        NetworkNamespace.delete(NAME);
    }

    private static ServedPod pod(int run, List<Integer> tcp, List<Integer> udp) {
        return new ServedPod(
                "u",
                "default",
                "web",
                "node-1",
                "web",
                NETNS,
                List.of(LOOPBACK),
                run,
                List.of(new ServedContainer("main", tcp, udp)));
    }

    /** Questions that arrive while further ports are opened. */
    @Test
    void answersWaitForNoPortThatIsOpened() throws Exception {
        List<Integer> many = IntStream.rangeClosed(8080, 8111).boxed().toList();
        serving.serve(pod(0, List.of(8080), List.of()));
        AtomicBoolean done = new AtomicBoolean();
        try (var executor = Executors.newSingleThreadExecutor()) {
            Future<Integer> asked =
                    executor.submit(() -> {
                        int answers = 0;
                        while (!done.get()) {
                            assertThat(Ask.http(NETNS, LOOPBACK, 8080, "/hostname"))
                                    .isEqualTo("web");
                            answers++;
                        }
                        return answers;
                    });
            for (int i = 0; i < ROUNDS; i++) {
                serving.serve(pod(0, many, many));
                serving.serve(pod(0, List.of(8080), List.of()));
            }
            done.set(true);
            assertThat(asked.get()).isPositive();
        }
    }

    /** Its ports can be bound again, however busy the event loop is. */
    @Test
    void anExitedContainerStartsAgainAtOnce() throws Exception {
        BlockingQueue<ServedState> exits = new LinkedBlockingQueue<>();
        serving.onExit(exits::add);
        for (int run = 0; run < ROUNDS; run++) {
            ServedState state = serving.serve(pod(run, List.of(8080), List.of(8081)));
            assertThat(state.container("main")).hasValue(new ServedState.Container.Listening());
            assertThat(Ask.http(NETNS, LOOPBACK, 8080, "/exit?code=3")).isEmpty();
            assertThat(exits.take().container("main"))
                    .hasValue(new ServedState.Container.Exited(3));
        }
    }
}
