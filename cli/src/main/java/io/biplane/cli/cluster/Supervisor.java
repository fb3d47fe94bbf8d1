package io.biplane.cli.cluster;

import io.biplane.cli.command.CommandFailure;
import io.biplane.linux.Pidfd;
import io.biplane.linux.ProcessId;
import io.biplane.linux.ProcessWatch;
import io.biplane.loop.BackOff;
import io.biplane.loop.Loop;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Watches processes of a cluster from within another one, and starts again what has ended. All
 * processes of a cluster watch each other; the {@link ClusterLock} decides who starts one that
 * several have seen end, and the others then watch the new one. Once {@code down} has begun nothing
 * is started any more.
 *
 * <p>One platform thread sleeps until a process ends or a pause is over.
 */
public final class Supervisor implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Supervisor.class.getName());
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    /** A down that was killed leaves its mark until somebody says up. */
    private static final Duration WHILE_DOWN = Duration.ofSeconds(2);

    /** A process that was started again, by whomever. */
    public record Restart(String component, ProcessId process) {}

    private final DataDirectory data;
    private final Set<Component> others;
    private final Optional<Component> self;
    private final ComponentStarter starter;
    private final ProcessWatch watch = new ProcessWatch();
    private final Loop loop;
    private final BlockingQueue<Restart> restarts = new LinkedBlockingQueue<>(1024);

    // Confined to the thread.
    private final Map<Component, Pidfd> alive = new EnumMap<>(Component.class);
    private final Map<Component, Instant> ended = new EnumMap<>(Component.class);
    private final Set<Component> seen = EnumSet.noneOf(Component.class);
    private boolean down;

    /**
     * @param self what this process is of the cluster, which the others watch; empty if nothing
     */
    Supervisor(DataDirectory data, Optional<Component> self, ComponentStarter starter) {
        this.data = data;
        this.self = self;
        this.others = EnumSet.allOf(Component.class);
        self.ifPresent(others::remove);
        this.starter = starter;
        this.loop =
                Loop.platform("supervisor")
                        .every(Duration.ZERO)
                        .retry(BackOff.always(AFTER_FAILURE))
                        .unblock(watch::wake)
                        .run(this::turn);
    }

    /**
     * Begins to watch. If this process was started again, so may others have been that ended with
     * it: nobody has told of them yet.
     */
    void start() {
        Instant now = Instant.now();
        if (self.isPresent() && Restarts.read(data, self.get()).isRecent(now)) {
            seen.addAll(others); // what is not there has ended, too
            for (Component component : Component.values()) {
                if (Restarts.read(data, component).isRecent(now)) {
                    component.find(data).ifPresent(process -> announce(component, process));
                }
            }
        }
        loop.start();
    }

    private void announce(Component component, ProcessId process) {
        boolean _ = restarts.offer(new Restart(component.id(), process));
    }

    /** Waits for the next restart. */
    public Restart takeRestart() throws InterruptedException {
        return restarts.take();
    }

    /** Looks at all, then waits for the next end. */
    private void turn() {
        down = false;
        boolean failed = false;
        for (Component component : others) {
            failed |= !tryLook(component);
        }
        watch.await(List.copyOf(alive.values()), failed ? AFTER_FAILURE : untilDue());
    }

    /** Whatever it fails of, the watch goes on. */
    private boolean tryLook(Component component) {
        try {
            look(component);
            return true;
        } catch (IOException | RuntimeException e) {
            if (!loop.isClosed()) {
                LOG.log(
                        Level.WARNING,
                        () -> "restart failed component=%s: %s".formatted(component.id(), e));
            }
            return false;
        }
    }

    /** One look at a component; it may have ended, or another supervisor may have restarted it. */
    private void look(Component component) throws IOException {
        Pidfd known = alive.get(component);
        if (known != null) {
            if (known.process().isAlive()) {
                return;
            }
            known.close();
            alive.remove(component);
        }
        Optional<Pidfd> found = component.find(data).flatMap(Pidfd::open);
        if (found.isPresent()) {
            watch(component, found.get());
            return;
        }
        ended.putIfAbsent(component, Instant.now());
        if (left(component).isZero()) {
            restart(component);
        }
    }

    private void watch(Component component, Pidfd process) {
        boolean again = ended.remove(component) != null && seen.contains(component);
        alive.put(component, process);
        seen.add(component);
        if (again) {
            announce(component, process.process());
        }
    }

    /** The pause before a component that has ended may be started again. */
    private Duration left(Component component) {
        Instant since = ended.getOrDefault(component, Instant.now());
        return Restarts.read(data, component).left(since, Instant.now());
    }

    private void restart(Component component) throws IOException {
        try (ClusterLock _ = ClusterLock.await(data)) {
            down = data.isDown();
            // Somebody else may have been faster.
            if (loop.isClosed()
                    || down
                    || component.find(data).isPresent()
                    || !left(component).isZero()) {
                return;
            }
            Instant now = Instant.now();
            Restarts counted =
                    Restarts.read(data, component).again(ended.getOrDefault(component, now), now);
            counted.write(data, component);
            seen.add(component);
            ProcessId process = starter.start(component);
            LOG.log(
                    Level.WARNING,
                    () ->
                            "%s had ended and was started again process=%d inARow=%d"
                                    .formatted(component.id(), process.pid(), counted.inARow()));
        }
        look(component);
    }

    private Duration untilDue() {
        List<Duration> pauses = new ArrayList<>(List.of(down ? WHILE_DOWN : LONG));
        if (!down) {
            for (Component component : ended.keySet()) {
                try {
                    pauses.add(left(component));
                } catch (CommandFailure e) {
                    pauses.add(Restarts.pause(1)); // the disk does not read
                }
            }
        }
        return pauses.stream().min(Duration::compareTo).orElse(LONG);
    }

    /** Ends the watch and waits for its end; nothing is started afterwards. */
    @Override
    public void close() {
        loop.close();
        alive.values().forEach(Pidfd::close);
        watch.close();
    }
}
