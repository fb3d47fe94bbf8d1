package io.biplane.cli.store;

import io.biplane.cli.cluster.CallingUser;
import io.biplane.cli.command.CommandFailure;
import io.biplane.store.admin.StoreAdmin;
import io.biplane.store.disk.StoreSnapshot.Summary;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;

/** {@code biplane store}: proves, copies and looks into what the API server keeps. */
@Command(
        name = "store",
        description =
                "Proves, backs up, restores, compacts and prints what the API server keeps. verify, backup and dump"
                        + " may be used while it runs.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class StoreCommand implements Callable<Integer> {
    private static final int DAMAGED = 1;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                commandLine(), "a command is missing: verify, backup, restore, compact or dump");
    }

    @Command(
            name = "verify",
            description =
                    "Reads every record and proves that it is what was written and that none is missing. Exit code 1"
                            + " and the place of the damage if not.",
            mixinStandardHelpOptions = true)
    int verify(@Mixin StoreReference store) {
        Path path = store.existing();
        report("%s is sound", path, StoreAdmin.verify(path));
        return 0;
    }

    @Command(
            name = "backup",
            description =
                    "Copies a store, in use or not, as of one moment into a new file, and verifies the copy."
                            + " The store is the objects; certificates and cluster.json lie beside it.",
            mixinStandardHelpOptions = true)
    int backup(
            @Mixin StoreReference store,
            @Parameters(paramLabel = "<file>", description = "The backup; it must not exist yet.")
                    Path file)
            throws IOException {
        Summary summary = StoreAdmin.backup(store.existing(), file);
        CallingUser.current().own(file);
        report("%s written and verified", file, summary);
        return 0;
    }

    @Command(
            name = "restore",
            description = {
                "Makes a store of a backup: the same objects at the same revisions.",
                "The store's directory must be absent or empty, and its cluster down: move a damaged one away first."
            },
            mixinStandardHelpOptions = true)
    int restore(
            @Mixin StoreReference store,
            @Parameters(paramLabel = "<file>", description = "The backup.") Path file)
            throws IOException {
        Path path = store.path();
        if (!Files.isRegularFile(file)) {
            throw new CommandFailure(
                    "there is no backup %s (biplane store backup <file> makes one)"
                            .formatted(file));
        }
        Summary summary = StoreAdmin.restore(file, path);
        CallingUser.current().own(path);
        report("%s restored and verified", path, summary);
        return 0;
    }

    @Command(
            name = "compact",
            description =
                    "Drops all history of a store that nobody has open, and gives the space back to the file system."
                            + " A running API server drops history by itself.",
            mixinStandardHelpOptions = true)
    int compact(@Mixin StoreReference store) {
        Path path = store.existing();
        var done = StoreAdmin.compact(path);
        out().printf(
                        Locale.ROOT,
                        "%s compacted to revision %d: %s before, %s now%n",
                        path,
                        done.revision(),
                        bytes(done.bytesBefore()),
                        bytes(done.bytesAfter()));
        return 0;
    }

    @Command(
            name = "dump",
            description = {
                "Prints every key as a line of JSON: key, createRevision, modRevision, lease if it has one, and value,"
                        + " or valueBase64 if it is not text.",
                "What is damaged is left out and named on standard error, with exit code 1."
            },
            mixinStandardHelpOptions = true)
    int dump(
            @Mixin StoreReference store,
            @Option(
                            names = "--prefix",
                            paramLabel = "<prefix>",
                            defaultValue = "",
                            description = "Only keys that begin so, e.g. /registry/core/services/.")
                    String prefix)
            throws IOException {
        int[] damages = {0};
        StoreAdmin.dump(
                store.existing(),
                prefix,
                out(),
                damage -> {
                    damages[0]++;
                    commandLine().getErr().println("biplane: left out: " + damage.getMessage());
                });
        out().flush();
        return damages[0] == 0 ? 0 : DAMAGED;
    }

    private CommandLine commandLine() {
        return Objects.requireNonNull(spec).commandLine();
    }

    private PrintWriter out() {
        return commandLine().getOut();
    }

    /**
     * @param what with a place for the path
     */
    private void report(String what, Path path, Summary summary) {
        out().printf(
                        Locale.ROOT,
                        what
                                + ": revision %d, history from revision %d, %d records, %s of values%n",
                        path,
                        summary.revision(),
                        Math.max(1, summary.compactedRevision()),
                        summary.records(),
                        bytes(summary.bytes()));
    }

    private static String bytes(long count) {
        return count < 1 << 20
                ? String.format(Locale.ROOT, "%.1f KiB", count / 1024.0)
                : String.format(Locale.ROOT, "%.1f MiB", count / (1024.0 * 1024));
    }
}
