package io.biplane.cli;

import io.biplane.cli.agents.AgentsCommand;
import io.biplane.cli.agents.StandInsCommand;
import io.biplane.cli.cluster.DownCommand;
import io.biplane.cli.cluster.ShellCommand;
import io.biplane.cli.cluster.UpCommand;
import io.biplane.cli.command.CommandFailure;
import io.biplane.cli.command.Version;
import io.biplane.cli.component.KubeApiserverCommand;
import io.biplane.cli.component.KubeControllerManagerCommand;
import io.biplane.cli.component.KubeProxyCommand;
import io.biplane.cli.component.KubeSchedulerCommand;
import io.biplane.cli.component.KubeletCommand;
import io.biplane.cli.controlplane.ControlPlaneCommand;
import io.biplane.cli.log.JavaUtilLogging;
import io.biplane.cli.status.StatusCommand;
import io.biplane.cli.store.StoreCommand;
import io.biplane.cli.validate.ValidateCommand;
import io.biplane.linux.OwnerOnly;
import io.biplane.linux.SyscallException;
import io.biplane.linux.netlink.NetlinkException;
import io.biplane.network.fabric.FabricRemainsException;
import io.biplane.store.StoreException;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.lang.System.Logger.Level;
import java.security.Security;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;

/** The {@code biplane} command. */
@Command(
        name = "biplane",
        description =
                "An IPv4/IPv6 dual-stack Kubernetes system: a cluster on one Linux machine, or its"
                        + " components one by one.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            ShellCommand.class,
            ValidateCommand.class,
            StoreCommand.class,
            KubeApiserverCommand.class,
            KubeControllerManagerCommand.class,
            KubeSchedulerCommand.class,
            KubeletCommand.class,
            KubeProxyCommand.class,
            ControlPlaneCommand.class,
            AgentsCommand.class,
            StandInsCommand.class,
            WarmUpCommand.class,
        })
public final class Main implements Callable<Integer> {
    private static final System.Logger LOG = System.getLogger(Main.class.getName());

    /** The exit code of a command that could not do what it was asked to do. */
    static final int FAILED = 1;

    /** That of the JVM's ExitOnOutOfMemoryError. */
    private static final int OUT_OF_MEMORY = 3;

    private static final List<Class<?>> COMPONENTS =
            List.of(
                    KubeApiserverCommand.class,
                    KubeControllerManagerCommand.class,
                    KubeSchedulerCommand.class,
                    KubeletCommand.class,
                    KubeProxyCommand.class);

    @Spec private @Nullable CommandSpec spec;

    /** Runs the command line and exits with its code. */
    public static void main(String[] args) {
        OwnerOnly.byDefault();
        JavaUtilLogging.install();
        Thread.setDefaultUncaughtExceptionHandler(Main::ended);
        refuseSha1Everywhere();
        System.exit(commandLine().execute(args));
    }

    /** A process that lacks memory ends, as the JVM ends it where its own heap is full. */
    private static void ended(Thread thread, Throwable thrown) {
        LOG.log(Level.ERROR, "thread %s ended".formatted(thread), thrown);
        if (thrown instanceof OutOfMemoryError) {
            Runtime.getRuntime().halt(OUT_OF_MEMORY);
        }
    }

    /**
     * The JDK refuses SHA-1 below its own authorities only, and reads all of those, some 150
     * certificates, in every process to tell. Biplane's processes refuse it always.
     */
    private static void refuseSha1Everywhere() {
        String property = "jdk.certpath.disabledAlgorithms";
        String algorithms = Security.getProperty(property);
        if (algorithms != null) {
            Security.setProperty(property, algorithms.replace("SHA1 jdkCA & ", "SHA1 "));
        }
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Main());
        // Components take upstream's flags; they read them themselves.
        for (Class<?> component : COMPONENTS) {
            commandLine.getSubcommands().values().stream()
                    .filter(command -> component.isInstance(command.getCommand()))
                    .forEach(command -> command.setUnmatchedOptionsArePositionalParams(true));
        }
        return commandLine
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(110)
                .setUsageHelpAutoWidth(true)
                .setExecutionExceptionHandler(Main::report);
    }

    @Override
    public Integer call() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "a command is missing");
    }

    private static int report(
            Exception failure, CommandLine command, CommandLine.ParseResult parsed)
            throws Exception {
        List<String> problems =
                switch (failure) {
                    case CommandFailure known -> known.problems();
                    case StoreException store -> List.of(String.valueOf(store.getMessage()));
                    case FabricRemainsException left -> left.problems();
                    case SyscallException refused -> List.of(kernel(refused));
                    case NetlinkException refused -> List.of(kernel(refused));
                    default -> throw failure; // a bug: the stack trace is what helps
                };
        problems.forEach(problem -> command.getErr().println("biplane: " + problem));
        return FAILED;
    }

    private static String kernel(Exception refused) {
        return "the kernel refused %s (as root, outside of containers that forbid it?)"
                .formatted(refused.getMessage());
    }
}
