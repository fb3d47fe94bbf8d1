package io.biplane.store.disk;

import io.biplane.store.WriteRefusedException;

import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.StandardOpenOption;

/** In which way a disk fails. */
public enum DiskFault {
    FULL("free some space on that file system"),
    READ_ONLY(
            "make it writable for this user (file system and permissions), or name another directory"),
    FAILED("look at the kernel's log for this device, and restore a backup if it lost data");

    private static final long NEARLY_NOTHING_BYTES = 256 << 10;
    private final String remedy;

    DiskFault(String remedy) {
        this.remedy = remedy;
    }

    String remedy() {
        return remedy;
    }

    String why(Path path, @Nullable Throwable cause) {
        return switch (this) {
            case FULL -> "the disk is full (%d KiB free)".formatted(freeBytes(path) >> 10);
            case READ_ONLY -> "it is not writable";
            case FAILED ->
                    cause == null
                            ? "the disk fails"
                            : "the disk fails (" + cause.getMessage() + ")";
        };
    }

    /** What an error of the file system or of SQLite, met at {@code path}, says about the disk. */
    static DiskFault of(Path path, Exception e) {
        if (e instanceof AccessDeniedException || e instanceof ReadOnlyFileSystemException) {
            return READ_ONLY;
        }
        if (e instanceof SQLiteException sqlite) {
            SQLiteErrorCode code = sqlite.getResultCode();
            int primary = code.code & 0xFF;
            if (primary == SQLiteErrorCode.SQLITE_FULL.code
                    || code == SQLiteErrorCode.SQLITE_IOERR_SHMSIZE) {
                return FULL;
            }
            if (primary == SQLiteErrorCode.SQLITE_READONLY.code) {
                return READ_ONLY;
            }
        }
        String text = String.valueOf(e.getMessage());
        if (text.contains("No space left") || text.contains("Disk quota exceeded")) {
            return FULL;
        }
        if (text.contains("Read-only file system") || text.contains("Permission denied")) {
            return READ_ONLY;
        }
        if (freeBytes(path) < NEARLY_NOTHING_BYTES) {
            return FULL;
        }
        return hasTurnedReadOnly(path) ? READ_ONLY : FAILED;
    }

    /**
     * What SQLite calls an I/O error may be a file system that the kernel made read-only under it.
     * Opening tells; but never the database, whose locks would go when it is closed again.
     */
    private static boolean hasTurnedReadOnly(Path path) {
        Path head = path.resolveSibling(StoreFiles.HEAD);
        if (!Files.exists(head)) {
            return false;
        }
        try (FileChannel _ = FileChannel.open(head, StandardOpenOption.WRITE)) {
            return false;
        } catch (IOException e) {
            return String.valueOf(e.getMessage()).contains("Read-only file system");
        }
    }

    /** The error with which a write is refused. */
    WriteRefusedException refusal(Path path, @Nullable Throwable cause) {
        var reason =
                switch (this) {
                    case FULL -> WriteRefusedException.Reason.DISK_FULL;
                    case READ_ONLY -> WriteRefusedException.Reason.READ_ONLY;
                    case FAILED -> WriteRefusedException.Reason.DISK_FAILED;
                };
        return new WriteRefusedException(
                reason,
                "write to store %s %s: %s; %s"
                        .formatted(
                                path,
                                this == FAILED
                                        ? "failed, though a restart may find it made"
                                        : "refused",
                                why(path, cause),
                                remedy()),
                cause);
    }

    private static long freeBytes(Path path) {
        try {
            Path existing = path;
            while (!Files.exists(existing) && existing.getParent() != null) {
                existing = existing.getParent();
            }
            return Files.getFileStore(existing).getUsableSpace();
        } catch (IOException e) {
            return Long.MAX_VALUE; // not known: then it is not what we say
        }
    }
}
