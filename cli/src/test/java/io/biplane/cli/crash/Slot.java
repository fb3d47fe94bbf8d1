package io.biplane.cli.crash;

import io.biplane.api.Json;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

/**
 * An object that one writer alone writes: what was last acknowledged of it, and what was sent since
 * without an answer. Used by its writer, and by the checks while no writer runs.
 */
final class Slot {
    /** Of the names of all such objects. */
    static final String PREFIX = "own-";

    /** What was sent and not answered. */
    private record Attempt(String method, ObjectNode body) {}

    final Kind kind;
    final String name;
    private @Nullable ObjectNode acknowledged;
    private @Nullable Attempt unknown;

    Slot(Kind kind, String name) {
        this.kind = kind;
        this.name = name;
    }

    /** The object as it is known to be, null if it is absent. */
    @Nullable ObjectNode acknowledged() {
        return acknowledged;
    }

    void sending(String method, ObjectNode body) {
        unknown = new Attempt(method, body);
    }

    /** It was answered: this is what the object is now. */
    void answered(@Nullable ObjectNode now) {
        unknown = null;
        acknowledged = now;
    }

    /**
     * Compares with what the server has, after a kill, and takes that for true from now on.
     *
     * @param stored null if it is absent
     * @param changes gets the change that took effect without an answer
     * @throws AssertionError if it is neither what was acknowledged nor what was sent
     */
    void check(@Nullable ObjectNode stored, Changes changes) {
        if (same(stored, acknowledged)) {
            unknown = null;
            return;
        }
        Attempt attempt = unknown;
        ObjectNode before = acknowledged;
        boolean took =
                attempt != null
                        && switch (attempt.method()) {
                            case "DELETE" -> stored == null;
                            case "POST" ->
                                    before == null
                                            && stored != null
                                            && Kind.covers(stored, attempt.body());
                            default ->
                                    before != null
                                            && stored != null
                                            && Api.uid(stored).equals(Api.uid(before))
                                            && Api.revision(stored) > Api.revision(before)
                                            && Kind.covers(stored, attempt.body());
                        };
        if (!took) {
            throw new AssertionError(
                    "%s %s%n acknowledged %s%n unknown %s%n stored %s"
                            .formatted(
                                    kind,
                                    name,
                                    text(before),
                                    attempt == null
                                            ? "nothing"
                                            : attempt.method() + " " + text(attempt.body()),
                                    text(stored)));
        }
        if (stored == null && before != null) {
            changes.deleted(kind, Api.uid(before));
        } else if (stored != null) {
            changes.written(kind, stored);
        }
        answered(stored);
    }

    private static boolean same(@Nullable ObjectNode a, @Nullable ObjectNode b) {
        return a == null ? b == null : b != null && bare(a).equals(bare(b));
    }

    /** Items of lists do not say what they are. */
    private static ObjectNode bare(ObjectNode object) {
        ObjectNode copy = object.deepCopy();
        copy.remove("kind");
        copy.remove("apiVersion");
        return copy;
    }

    private static String text(@Nullable ObjectNode object) {
        return object == null ? "absent" : Json.text(object);
    }
}
