package io.biplane.cli.cluster;

import io.biplane.cli.command.CommandFailure;
import io.biplane.linux.OwnerOnly;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Optional;

/**
 * Where a cluster keeps what must outlive its processes: {@code cluster.json}, the store, the
 * certificates, logs and pid files.
 *
 * @param root the directory itself
 */
public record DataDirectory(Path root) {
    private static final long NEEDED_BYTES = 16L << 20; // the store's first files and the logs

    /** Where the data of the cluster {@code name} is unless {@code --data-dir} says otherwise. */
    static DataDirectory byDefault(CallingUser user, String name) {
        return new DataDirectory(user.home().resolve(".local/share/biplane").resolve(name));
    }

    public Path store() {
        return root.resolve("store");
    }

    public Path pki() {
        return root.resolve("pki");
    }

    public Path logs() {
        return root.resolve("log");
    }

    public Path run() {
        return root.resolve("run");
    }

    /** The administrator's kubeconfig, written by the control plane when it is ready. */
    public Path adminConfig() {
        return root.resolve("admin.conf");
    }

    private Path agentNodesFile() {
        return run().resolve("agents.nodes");
    }

    /** How many nodes the agents look after that were started last; 0 if none were. */
    int agentNodes() {
        try {
            return Integer.parseInt(Files.readString(agentNodesFile()).strip());
        } catch (IOException | NumberFormatException e) {
            return 0; // none yet, or cut short by a full disk
        }
    }

    /** Said by the agents at their start. */
    public void agentNodes(int nodes) throws IOException {
        Files.writeString(agentNodesFile(), nodes + "\n");
    }

    /** The node agents' kubeconfig, written by the control plane when it is ready. */
    public Path agentsConfig() {
        return root.resolve("agents.conf");
    }

    /** The socket by which agents tell the stand-ins what to serve. */
    public Path standInsSocket() {
        return run().resolve("stand-ins.sock");
    }

    /** What the stand-ins serve, so that they go on with it after a restart. */
    public Path standInsState() {
        return run().resolve("stand-ins.json");
    }

    private Path specFile() {
        return root.resolve("cluster.json");
    }

    /**
     * What the cluster was made with.
     *
     * @return nothing if the directory does not exist or is empty
     * @throws CommandFailure if it is somebody else's, of a newer version, or unreadable
     */
    Optional<ClusterSpec> readSpec() {
        try {
            Optional<ClusterSpec> spec = ClusterSpec.ofJson(Files.readString(specFile()));
            if (spec.isEmpty()) {
                throw notOurs("its cluster.json is not one that Biplane wrote");
            }
            return spec;
        } catch (NoSuchFileException e) {
            if (isEmpty()) {
                return Optional.empty();
            }
            throw notOurs("it is not empty and has no cluster.json");
        } catch (ClusterSpec.NewerFormatException e) {
            throw new CommandFailure(
                    "the data directory %s was written by a newer version of Biplane: %s (run that version, or give another --data-dir)"
                            .formatted(root, e.getMessage()),
                    e);
        } catch (IOException e) {
            throw failed("reading", specFile(), e);
        }
    }

    /** As {@link #readSpec}, for a process that was started on a cluster's data. */
    public ClusterSpec requireSpec() {
        return readSpec()
                .orElseThrow(() ->
                        new CommandFailure(
                                "%s holds no cluster (biplane up makes one)".formatted(root)));
    }

    private CommandFailure notOurs(String why) {
        return new CommandFailure(
                "the data directory %s is not Biplane's: %s (give another --data-dir, or empty this one yourself)"
                        .formatted(root, why));
    }

    /**
     * Whether nothing is there yet but what a first {@code up} leaves when it is interrupted, and a
     * store that was restored from a backup.
     */
    private boolean isEmpty() {
        try (var files = Files.list(root)) {
            return files.allMatch(file -> file.endsWith(ClusterLock.NAME) || file.equals(store()));
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException e) {
            throw failed("reading", root, e);
        }
    }

    /** Makes the directory, its owner's only, if it is not there. */
    void make(CallingUser owner) {
        try {
            owner.makeDirectories(root);
        } catch (IOException e) {
            throw failed("making", root, e);
        }
    }

    /**
     * Takes everybody else's permissions from a directory that is Biplane's.
     *
     * @return how many files and directories were open to others
     */
    int tighten() {
        try {
            return OwnerOnly.tighten(root);
        } catch (IOException e) {
            throw failed("closing to others", root, e);
        }
    }

    /**
     * Refuses a file system that is full, before anything is changed anywhere.
     *
     * @throws CommandFailure naming what is free and what is needed
     */
    void requireSpace() {
        try {
            long free = Files.getFileStore(root).getUsableSpace();
            if (free < NEEDED_BYTES) {
                throw new CommandFailure(
                        "No space left for the data directory %s: its file system has %d KiB free, a cluster needs %d KiB to start (free some space there, or give a --data-dir on another file system)"
                                .formatted(root, free / 1024, NEEDED_BYTES / 1024));
            }
        } catch (IOException e) {
            throw failed("reading", root, e);
        }
    }

    /**
     * Removes what an {@code up} that was refused has made: an empty directory with a lock file.
     */
    void forgetIfEmpty() {
        try {
            if (Files.exists(root) && isEmpty()) {
                Files.deleteIfExists(root.resolve(ClusterLock.NAME));
                Files.deleteIfExists(root);
            }
        } catch (IOException e) {
            // somebody else put something there, or is at work: it stays
        }
    }

    /** Writes {@code spec}, durably and all at once. */
    void writeSpec(ClusterSpec spec, CallingUser owner) {
        Path next = root.resolve("cluster.json.next");
        try {
            for (Path directory : new Path[] {root, store(), pki(), logs(), run()}) {
                OwnerOnly.createDirectories(directory);
            }
            try (FileChannel file =
                    OwnerOnly.open(
                            next,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.TRUNCATE_EXISTING)) {
                file.write(ByteBuffer.wrap(spec.toJson().getBytes(StandardCharsets.UTF_8)));
                file.force(true);
            }
            Files.move(next, specFile(), StandardCopyOption.ATOMIC_MOVE);
            owner.own(root);
        } catch (IOException e) {
            throw failed("writing", next, e);
        }
    }

    /** Whether the cluster is to be down, so that nobody starts its processes again. */
    boolean isDown() {
        return Files.exists(downMark());
    }

    /** Says whether the cluster is to be down; by whoever has its lock. */
    void setDown(boolean down) {
        try {
            if (down) {
                OwnerOnly.createDirectories(run());
                OwnerOnly.write(downMark(), "");
            } else {
                Files.deleteIfExists(downMark());
            }
        } catch (IOException e) {
            throw failed("marking", downMark(), e);
        }
    }

    private Path downMark() {
        return run().resolve("down");
    }

    /** Removes the directory and all that is in it. */
    void delete() {
        try (var files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (NoSuchFileException e) {
            // somebody was faster
        } catch (IOException e) {
            throw failed("deleting", root, e);
        }
    }

    static CommandFailure failed(String doing, Path path, IOException e) {
        String why =
                e instanceof FileSystemException f && f.getReason() != null
                        ? f.getReason()
                        : e.toString();
        return new CommandFailure(
                "%s %s failed: %s (%s)".formatted(doing, path, why, remedy(why)), e);
    }

    private static String remedy(String why) {
        return why.contains("No space left")
                ? "free some space there, or give a --data-dir on another file system"
                : "give a --data-dir that can be read and written";
    }
}
