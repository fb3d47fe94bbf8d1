package io.biplane.cli.cluster;

import io.biplane.cli.command.Opened;
import io.biplane.cli.command.Running;
import io.biplane.cli.log.LogSink;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.ProcessImage;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the processes of a cluster have in common: one of each kind, away from the terminal, each
 * watching the others, until it is asked to end.
 */
public final class ComponentProcess {
    private static final System.Logger LOG = System.getLogger(ComponentProcess.class.getName());

    private ComponentProcess() {}

    /**
     * What a process is given.
     *
     * @param data of the cluster
     * @param host the host's network namespace; the process lives in the fabric
     * @param supervisor watches the other processes
     * @param ready by which the process says what it waits for
     * @param opened takes what must be closed
     */
    public record Context(
            DataDirectory data,
            NetworkNamespace host,
            Supervisor supervisor,
            ReadySocket ready,
            Opened opened) {}

    /** The work of one kind. */
    public interface Body {
        /** Starts it; the ready socket must be told. */
        void start(Context context) throws Exception;
    }

    /**
     * Runs until the process is asked to end.
     *
     * @param hostNamespace a file that leads to the host's network namespace; may go once this
     *     process has registered
     */
    public static int run(Component component, Path dataDir, Path hostNamespace, Body body)
            throws Exception {
        ProcessImage.leaveSession();
        DataDirectory data = new DataDirectory(dataDir);
        LogSink.toFile(component.log(data));
        NetworkNamespace host = NetworkNamespace.open(hostNamespace);
        Optional<Registration> place = Registration.take(data, component);
        if (place.isEmpty()) {
            LOG.log(Level.INFO, () -> component.id() + " runs already");
            return 0;
        }
        component
                .takeOutOfMemory(data)
                .ifPresent(why ->
                        LOG.log(
                                Level.ERROR,
                                () ->
                                        "the %s before this one ended for lack of memory: %s (its heap is %d MiB now; give it more: biplane down, then up --heap=%s=<size>)"
                                                .formatted(
                                                        component.id(),
                                                        why,
                                                        ComponentStarter.heapMib(component, data),
                                                        component.id())));
        Running.untilStopped(
                component.id(),
                opened -> {
                    opened.add(place.get());
                    opened.add(host);
                    NetworkNamespace fabric = opened.add(NetworkNamespace.current());
                    Supervisor supervisor =
                            opened.add(
                                    new Supervisor(
                                            data,
                                            Optional.of(component),
                                            new ComponentStarter(data, fabric, host)));
                    supervisor.start();
                    ReadySocket ready = opened.add(ReadySocket.open(component.readySocket(data)));
                    // They are the person's who said "sudo biplane up", and may ask for the status.
                    CallingUser user = CallingUser.current();
                    user.own(data.run());
                    user.own(data.logs());
                    body.start(new Context(data, host, supervisor, ready, opened));
                });
        return 0;
    }
}
