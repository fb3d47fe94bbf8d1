package io.biplane.apiserver.write;

import io.biplane.api.Fields;
import io.biplane.api.Reason;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.registry.Kind;
import io.biplane.apiserver.storage.StoredObject;
import io.biplane.apiserver.write.ObjectWriter.Target;

import tools.jackson.databind.node.ObjectNode;

import java.util.Optional;

/** Deletes objects: at once, or marked until their finalizers and their grace are over. */
public final class ObjectDeleter {
    private static final int MAX_TURNS = 200;

    private final ObjectWriter writer;

    public ObjectDeleter(ObjectWriter writer) {
        this.writer = writer;
    }

    /**
     * What a deletion came to.
     *
     * @param removed whether the object is gone, or only marked
     */
    public record Deleted(ObjectNode object, boolean removed) {}

    public Deleted delete(Target target, DeleteOptions options) {
        Resource resource = target.resource();
        Kind kind = writer.kind(resource);
        if (kind.deletion().undeletable().contains(target.name())) {
            throw StatusException.forbidden(
                    resource, target.name(), "this " + resource.singular() + " may not be deleted");
        }
        for (int turn = 0; turn < MAX_TURNS; turn++) {
            StoredObject stored =
                    writer.find(target)
                            .orElseThrow(() -> StatusException.notFound(resource, target.name()));
            ObjectNode object = stored.copy();
            checkPreconditions(target, object, options);
            writer.checkDeletion(resource, object);
            Deletion.applyPropagation(object, options.propagation());
            long grace = graceSeconds(kind, object, options);
            if (grace == 0 && Deletion.isUnheld(kind, object)) {
                Optional<Long> revision =
                        options.dryRun() ? Optional.of(0L) : writer.remove(stored);
                if (revision.isPresent()) {
                    return new Deleted(object, true);
                }
            } else {
                return mark(kind, target, options);
            }
        }
        throw new StatusException(
                Reason.SERVER_TIMEOUT,
                "The delete operation against %s could not be completed at this time, please try again."
                        .formatted(resource.groupResource()));
    }

    private Deleted mark(Kind kind, Target target, DeleteOptions options) {
        ObjectWriter.Outcome outcome =
                writer.change(
                        target,
                        object -> {
                            checkPreconditions(target, object, options);
                            writer.checkDeletion(target.resource(), object);
                            Deletion.applyPropagation(object, options.propagation());
                            long grace = graceSeconds(kind, object, options);
                            Deletion.mark(kind, object, grace);
                            return object;
                        },
                        ObjectWriter.Rules.DELETION,
                        options.dryRun());
        return new Deleted(outcome.object(), outcome.removed());
    }

    private static long graceSeconds(Kind kind, ObjectNode object, DeleteOptions options) {
        return kind.deletion().grace().seconds(object, options.graceSeconds());
    }

    private static void checkPreconditions(
            Target target, ObjectNode object, DeleteOptions options) {
        check(target, "UID", options.uid(), Fields.string(object, "metadata", "uid"));
        check(
                target,
                "ResourceVersion",
                options.resourceVersion(),
                Fields.string(object, "metadata", "resourceVersion"));
    }

    private static void check(Target target, String what, Optional<String> wanted, String found) {
        if (wanted.isPresent() && !wanted.get().equals(found)) {
            throw StatusException.conflict(
                    target.resource(),
                    target.name(),
                    "Precondition failed: %s in precondition: %s, %s in object meta: %s"
                            .formatted(what, wanted.get(), what, found));
        }
    }
}
