package io.biplane.cli.cluster;

import io.biplane.cli.command.CommandFailure;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Which cluster a command is about. */
public final class ClusterReference {
    // The name is part of a link's name, which the kernel limits to 15 characters: bp-<name>.
    private static final Pattern NAME = Pattern.compile("[a-z]([a-z0-9-]{0,10}[a-z0-9])?");

    @Option(
            names = "--name",
            paramLabel = "<name>",
            defaultValue = "biplane",
            description =
                    "The cluster's name: of its namespaces, its link on the host and its kubeconfig"
                            + " context (default: ${DEFAULT-VALUE}).")
    private String name = "biplane";

    @Option(
            names = "--data-dir",
            paramLabel = "<dir>",
            description =
                    "Where the cluster keeps its data (default: ~/.local/share/biplane/<name>).")
    private @Nullable Path dataDir;

    /**
     * The checked name.
     *
     * @throws CommandFailure if it is not fit for a namespace and a link
     */
    String name() {
        if (!NAME.matcher(name).matches()) {
            throw new CommandFailure(
                    "--name=%s is not a cluster's name: it must be 1 to 12 lower-case letters, digits or '-', begin with a letter and not end with '-'"
                            .formatted(name));
        }
        return name;
    }

    /** What the cluster was made with; a {@link CommandFailure} if there is no such cluster. */
    public ClusterSpec requireSpec() {
        return data(CallingUser.current())
                .readSpec()
                .orElseThrow(() -> DownCommand.noSuchCluster(name()));
    }

    /** The cluster's processes, as they are now. */
    public List<ProcessState> processes() {
        return ProcessState.of(data(CallingUser.current()));
    }

    /** The administrator's kubeconfig in the data directory. */
    public Path adminConfig() {
        return data(CallingUser.current()).adminConfig();
    }

    /** The agents' kubeconfig in the data directory: for use inside the fabric. */
    public Path agentsConfig() {
        return data(CallingUser.current()).agentsConfig();
    }

    /** The directory of the cluster's store; there need be no cluster. */
    public Path store() {
        return data(CallingUser.current()).store();
    }

    DataDirectory data(CallingUser user) {
        return dataDir == null
                ? DataDirectory.byDefault(user, name())
                : new DataDirectory(dataDir.toAbsolutePath().normalize());
    }
}
