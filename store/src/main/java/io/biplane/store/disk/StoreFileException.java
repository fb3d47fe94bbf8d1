package io.biplane.store.disk;

import io.biplane.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.io.Serial;
import java.nio.file.Path;

/**
 * The store's files cannot be used. The text says what failed, on what path, why, and what to do.
 */
public abstract sealed class StoreFileException extends StoreException {
    @Serial private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // never serialized
    private final Path path;

    private StoreFileException(Path path, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.path = path;
    }

    /** What it is about. */
    public final Path path() {
        return path;
    }

    /** The directory holds something, but no store. */
    public static final class NotAStore extends StoreFileException {
        @Serial private static final long serialVersionUID = 1;

        NotAStore(Path path, String found) {
            super(
                    path,
                    "cannot open store %s: it is not Biplane's (%s); name an empty or absent directory, or the one that holds the store"
                            .formatted(path, found),
                    null);
        }
    }

    /** A newer Biplane wrote it. */
    public static final class NewerFormat extends StoreFileException {
        @Serial private static final long serialVersionUID = 1;

        NewerFormat(Path path, int found, int known) {
            super(
                    path,
                    "cannot open store %s: it has format %d and this version of Biplane knows up to %d; run the version that wrote it, or restore a backup made before the upgrade"
                            .formatted(path, found, known),
                    null);
        }
    }

    /** A file that is to be made exists. */
    public static final class InTheWay extends StoreFileException {
        @Serial private static final long serialVersionUID = 1;

        InTheWay(Path path, String what) {
            super(
                    path,
                    "cannot %s %s: it exists; remove it, or name another".formatted(what, path),
                    null);
        }
    }

    /** Another process, or another part of this one, has it open. */
    public static final class Locked extends StoreFileException {
        @Serial private static final long serialVersionUID = 1;
        private final long holder;

        Locked(Path path, long holder) {
            super(
                    path,
                    "cannot open store %s: %s has it open; stop that process first, or name another directory"
                            .formatted(path, holder > 0 ? "process " + holder : "another process"),
                    null);
            this.holder = holder;
        }

        /** The holder's process id, 0 if it is not known. */
        public long holder() {
            return holder;
        }
    }

    /** What is there is not what was written. */
    public static final class Damaged extends StoreFileException {
        @Serial private static final long serialVersionUID = 1;

        Damaged(Path path, String damage, @Nullable Throwable cause) {
            super(
                    path,
                    "store %s is damaged: %s; restore a backup (biplane store restore), or look at what is left (biplane store dump)"
                            .formatted(path, damage),
                    cause);
        }
    }

    /** The disk or its permissions do not allow it. */
    public static final class Unusable extends StoreFileException {
        @Serial private static final long serialVersionUID = 1;
        private final DiskFault fault;

        Unusable(Path path, String what, DiskFault fault, @Nullable Throwable cause) {
            super(
                    path,
                    "cannot %s %s: %s; %s"
                            .formatted(what, path, fault.why(path, cause), fault.remedy()),
                    cause);
            this.fault = fault;
        }

        public DiskFault fault() {
            return fault;
        }
    }
}
