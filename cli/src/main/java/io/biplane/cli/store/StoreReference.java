package io.biplane.cli.store;

import io.biplane.cli.cluster.ClusterReference;
import io.biplane.cli.command.CommandFailure;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Files;
import java.nio.file.Path;

/** Which store a command is about: a cluster's, or one named by its path. */
final class StoreReference {
    @Mixin private ClusterReference cluster = new ClusterReference();

    @Option(
            names = "--store",
            paramLabel = "<path>",
            description =
                    "The store's directory (where verify and dump are concerned, a backup will do too), instead of a cluster's: <data-dir>/store.")
    private @Nullable Path store;

    /** Where the store is or will be. */
    Path path() {
        return store == null ? cluster.store() : store.toAbsolutePath().normalize();
    }

    /**
     * The path of what is there.
     *
     * @throws CommandFailure if nothing is
     */
    Path existing() {
        Path path = path();
        if (!Files.exists(path)) {
            throw new CommandFailure(
                    "there is no store %s (name a cluster with --name or --data-dir, or the store's directory with --store)"
                            .formatted(path));
        }
        return path;
    }
}
