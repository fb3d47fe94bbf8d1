package io.biplane.node.standin;

import io.biplane.linux.OwnerOnly;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * The process that answers for pods.
 *
 * <p>To be started inside the fabric's namespace (a JVM started where IPv6 is disabled opens no
 * IPv6 socket), as root, with {@code --socket=<path> --state=<path>}. It runs until SIGTERM.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the process ends
public final class StandIns implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(StandIns.class.getName());
    private static final int EVENT_LOOPS = 2;

    /**
     * @param controlSocket the unix socket by which agents control it, made here
     * @param stateFile where the list of pods is kept
     */
    public record Config(Path controlSocket, Path stateFile) {
        /** Parses {@code --socket=<path> --state=<path>}, both required. */
        public static Config parse(List<String> args) {
            return new Config(Path.of(value(args, "--socket=")), Path.of(value(args, "--state=")));
        }

        private static String value(List<String> args, String flag) {
            return args.stream()
                    .filter(arg -> arg.startsWith(flag))
                    .map(arg -> arg.substring(flag.length()))
                    .findFirst()
                    .orElseThrow(() ->
                            new IllegalArgumentException("stand-ins need " + flag + "<path>"));
        }
    }

    private final ControlServer control;
    private final Serving serving;
    private final EventLoopGroup loops;
    private final Thread accepting;

    private StandIns(ControlServer control, Serving serving, EventLoopGroup loops) {
        this.control = control;
        this.serving = serving;
        this.loops = loops;
        this.accepting = Thread.ofPlatform().name("standins-accept").start(control::run);
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        StandIns standIns = start(Config.parse(List.of(args)));
        Runtime.getRuntime().addShutdownHook(new Thread(standIns::close));
        standIns.accepting.join();
    }

    /** Serves what was served before, and what agents ask for on the control socket. */
    public static StandIns start(Config config) throws IOException {
        // Answers are small and few at a time: no pooled arenas, no direct buffers kept.
        System.setProperty("io.netty.allocator.type", "unpooled");
        System.setProperty("io.netty.noPreferDirect", "true");
        OwnerOnly.createDirectories(config.controlSocket().toAbsolutePath().resolveSibling(""));
        EventLoopGroup loops =
                new MultiThreadIoEventLoopGroup(EVENT_LOOPS, NioIoHandler.newFactory());
        StateFile stateFile = new StateFile(config.stateFile());
        Serving serving = new Serving(loops, stateFile::changed);
        String instance = UUID.randomUUID().toString();
        ControlServer control = ControlServer.bind(config.controlSocket(), serving, instance);
        List<ServedPod> kept = stateFile.read();
        kept.stream().filter(pod -> Files.exists(pod.netns())).forEach(serving::serve);
        stateFile.writeBehind(serving::definitions);
        LOG.log(
                System.Logger.Level.INFO,
                () -> "stand-ins started instance=%s kept=%d".formatted(instance, kept.size()));
        return new StandIns(control, serving, loops);
    }

    @Override
    public void close() {
        try {
            control.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, () -> "control socket not closed: " + e);
        }
        serving.close();
        loops.shutdownGracefully();
    }
}
