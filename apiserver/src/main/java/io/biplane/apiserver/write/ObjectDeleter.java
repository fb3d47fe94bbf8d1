package io.biplane.apiserver.write;

import io.biplane.api.Json;
import io.biplane.api.Kinds;
import io.biplane.api.Reason;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.apiserver.storage.StoredObject;
import io.biplane.apiserver.write.ObjectWriter.Target;

import tools.jackson.databind.node.ObjectNode;

import java.util.Optional;
import java.util.Set;

/** Deletes objects: at once, or marked until their finalizers and their grace are over. */
public final class ObjectDeleter {
    private static final Set<String> UNDELETABLE = Set.of("default", "kube-system", "kube-public");

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
        if (resource.equals(Kinds.NAMESPACES) && UNDELETABLE.contains(target.name())) {
            throw StatusException.forbidden(
                    resource, target.name(), "this namespace may not be deleted");
        }
        for (int turn = 0; turn < MAX_TURNS; turn++) {
            StoredObject stored =
                    writer.find(target)
                            .orElseThrow(() -> StatusException.notFound(resource, target.name()));
            ObjectNode object = stored.copy();
            checkPreconditions(target, object, options);
            writer.checkDeletion(resource, object);
            Deletion.applyPropagation(object, options.propagation());
            long grace = Deletion.graceSeconds(resource, object, options);
            if (grace == 0 && Deletion.isUnheld(resource, object)) {
                Optional<Long> revision =
                        options.dryRun() ? Optional.of(0L) : writer.remove(stored);
                if (revision.isPresent()) {
                    return new Deleted(object, true);
                }
            } else {
                return mark(target, options);
            }
        }
        throw new StatusException(
                Reason.SERVER_TIMEOUT,
                "The delete operation against %s could not be completed at this time, please try again."
                        .formatted(resource.groupResource()));
    }

    private Deleted mark(Target target, DeleteOptions options) {
        ObjectWriter.Outcome outcome =
                writer.change(
                        target,
                        object -> {
                            checkPreconditions(target, object, options);
                            writer.checkDeletion(target.resource(), object);
                            Deletion.applyPropagation(object, options.propagation());
                            long grace = Deletion.graceSeconds(target.resource(), object, options);
                            Deletion.mark(target.resource(), object, grace);
                            return object;
                        },
                        ObjectWriter.Rules.DELETION,
                        options.dryRun());
        return new Deleted(outcome.object(), outcome.removed());
    }

    private static void checkPreconditions(
            Target target, ObjectNode object, DeleteOptions options) {
        check(target, "UID", options.uid(), Json.string(object, "metadata", "uid"));
        check(
                target,
                "ResourceVersion",
                options.resourceVersion(),
                Json.string(object, "metadata", "resourceVersion"));
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
