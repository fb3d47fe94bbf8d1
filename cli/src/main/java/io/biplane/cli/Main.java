package io.biplane.cli;

import io.biplane.cli.cluster.DownCommand;
import io.biplane.cli.cluster.ShellCommand;
import io.biplane.cli.cluster.StatusCommand;
import io.biplane.cli.cluster.UpCommand;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

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
        })
public final class Main implements Callable<Integer> {
    /** The exit code of a command that could not do what it was asked to do. */
    static final int FAILED = 1;

    @Spec private @org.jspecify.annotations.Nullable CommandSpec spec;

    /** Runs the command line and exits with its code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(110)
                .setUsageHelpAutoWidth(true)
                .setExecutionExceptionHandler(Main::report);
    }

    @Override
    public Integer call() {
        throw new ParameterException(
                java.util.Objects.requireNonNull(spec).commandLine(), "a command is missing");
    }

    private static int report(
            Exception failure, CommandLine command, CommandLine.ParseResult parsed)
            throws Exception {
        if (!(failure instanceof CommandFailure known)) {
            throw failure; // a bug: the stack trace is what helps
        }
        known.problems().forEach(problem -> command.getErr().println("biplane: " + problem));
        return FAILED;
    }
}
