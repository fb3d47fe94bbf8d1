package io.biplane.apiserver.watch;

import io.biplane.api.Resource;
import io.biplane.apiserver.storage.StoredObject;
import io.biplane.store.Change;
import io.biplane.store.KeyValue;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One change of one object, with what its watchers made of it so far. */
final class LoggedChange {
    /** What a watcher sees happen. */
    enum Type {
        ADDED,
        MODIFIED,
        DELETED
    }

    private static final byte[] CLOSING = "}\n".getBytes(StandardCharsets.US_ASCII);

    private final long revision;
    private final String key;
    private final int bytes;
    private final @Nullable StoredObject before;
    private final @Nullable StoredObject now;
    // Filled by whichever watcher comes first; two may do it at once and get the same. Volatile, so
    // that who sees a line sees its bytes.
    private volatile byte @Nullable [] added;
    private volatile byte @Nullable [] modified;
    private volatile byte @Nullable [] deleted;

    LoggedChange(Resource resource, long revision, Change change) {
        KeyValue last = change.before();
        KeyValue next = change.now();
        this.revision = revision;
        this.key = change.key();
        this.before = last == null ? null : StoredObject.deleted(resource, last, revision);
        this.now = next == null ? null : StoredObject.of(resource, next);
        this.bytes =
                (last == null ? 0 : last.value().length) + (next == null ? 0 : next.value().length);
    }

    long revision() {
        return revision;
    }

    String key() {
        return key;
    }

    /** How much the change keeps in memory, about. */
    int bytes() {
        return 2 * bytes;
    }

    @Nullable StoredObject before() {
        return before;
    }

    @Nullable StoredObject now() {
        return now;
    }

    /** The whole event in the form that nearly all watchers want. */
    byte[] json(Type type, StoredObject object) {
        byte[] found =
                switch (type) {
                    case ADDED -> added;
                    case MODIFIED -> modified;
                    case DELETED -> deleted;
                };
        return found == null ? encode(type, object) : found;
    }

    private byte[] encode(Type type, StoredObject object) {
        byte[] line = event(type.name(), object.json());
        switch (type) {
            case ADDED -> added = line;
            case MODIFIED -> modified = line;
            case DELETED -> deleted = line;
        }
        return line;
    }

    /** A line of a watch stream. */
    static byte[] event(String type, byte[] object) {
        byte[] opening =
                "{\"type\":\"%s\",\"object\":".formatted(type).getBytes(StandardCharsets.US_ASCII);
        byte[] line = Arrays.copyOf(opening, opening.length + object.length + CLOSING.length);
        System.arraycopy(object, 0, line, opening.length, object.length);
        System.arraycopy(CLOSING, 0, line, opening.length + object.length, CLOSING.length);
        return line;
    }
}
