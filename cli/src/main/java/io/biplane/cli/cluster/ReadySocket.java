package io.biplane.cli.cluster;

import io.biplane.loop.BackOff;
import io.biplane.loop.Loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A unix socket by which a process of a cluster says whether it does its work: to whoever connects
 * it writes one line, {@value #READY} or what it waits for.
 */
public final class ReadySocket implements AutoCloseable {
    static final String READY = "ready";

    private static final System.Logger LOG = System.getLogger(ReadySocket.class.getName());
    private static final int LONGEST_ANSWER_BYTES = 4096;

    /** As a rule no descriptor is left. */
    private static final Duration RETRY = Duration.ofMillis(100);

    private final ServerSocketChannel listener;
    private final Loop loop;
    private volatile Supplier<String> waitsFor = () -> "its start";

    private ReadySocket(ServerSocketChannel listener) {
        this.listener = listener;
        this.loop =
                Loop.platform("ready")
                        .every(Duration.ZERO)
                        .retry(BackOff.always(RETRY))
                        .run(this::accept);
    }

    /** Listens at once; what an earlier process left at the path is replaced. */
    static ReadySocket open(Path path) throws IOException {
        Files.deleteIfExists(path);
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(path));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        ReadySocket socket = new ReadySocket(listener);
        socket.loop.start();
        return socket;
    }

    /**
     * Says from now on what is still awaited.
     *
     * @param what asked for each answer; "" when there is nothing
     */
    public void waitsFor(Supplier<String> what) {
        waitsFor = what;
    }

    private void accept() throws IOException {
        SocketChannel asker = listener.accept();
        Thread _ = Thread.ofVirtual().name("ready-answer").start(() -> answer(asker));
    }

    private void answer(SocketChannel asker) {
        try (asker) {
            String what = waitsFor.get();
            String line = (what.isEmpty() ? READY : what.replace('\n', ' ')) + "\n";
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(line);
            int _ = asker.write(bytes.limit(Math.min(bytes.limit(), LONGEST_ANSWER_BYTES)));
        } catch (IOException gone) {
            LOG.log(Level.DEBUG, () -> "asked whether it is ready, and not listened to: " + gone);
        }
    }

    /**
     * Asks the process behind a socket.
     *
     * @param limit a process that is stopped or overloaded does not answer
     * @return what it said; empty if nobody answered
     */
    static Optional<String> ask(Path path, Duration limit) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
                Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            ByteBuffer answer = ByteBuffer.allocate(LONGEST_ANSWER_BYTES);
            long deadline = System.nanoTime() + limit.toNanos();
            for (long left = limit.toMillis();
                    left > 0 && selector.select(left) > 0;
                    left = (deadline - System.nanoTime()) / 1_000_000) {
                if (channel.read(answer) < 0) {
                    String line = StandardCharsets.UTF_8.decode(answer.flip()).toString().strip();
                    return line.isEmpty() ? Optional.empty() : Optional.of(line);
                }
                selector.selectedKeys().clear();
            }
            return Optional.empty();
        } catch (IOException nobody) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        loop.close(); // an interrupt ends the accept, and closes the listener
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
