package io.biplane.apiserver.registry;

import io.biplane.api.Json;
import io.biplane.api.Kinds;
import io.biplane.api.Resource;
import io.biplane.apiserver.Response;
import io.biplane.apiserver.call.Answers;
import io.biplane.apiserver.call.Call;
import io.biplane.apiserver.call.DeleteRequest;
import io.biplane.apiserver.write.DeleteOptions;
import io.biplane.apiserver.write.DeleteOptions.Propagation;
import io.biplane.apiserver.write.ObjectDeleter;

import java.util.List;
import java.util.Set;

/** {@code DELETE} of one object. */
final class Delete {
    /** Kinds whose deletion answers with the object; the others answer with a Status. */
    private static final Set<Resource> ANSWERS_WITH_OBJECT =
            Set.of(Kinds.PODS, Kinds.SERVICE_ACCOUNTS);

    private final ObjectDeleter deleter;

    Delete(ObjectDeleter deleter) {
        this.deleter = deleter;
    }

    Response handle(Call call) {
        DeleteOptions options = DeleteRequest.parse(call);
        ObjectDeleter.Deleted deleted = deleter.delete(call.target(), options);
        if (deleted.removed() && !ANSWERS_WITH_OBJECT.contains(call.resource())) {
            String uid = Json.string(deleted.object(), "metadata", "uid");
            return Answers.json(
                    Answers.OK,
                    Json.bytes(Answers.success(call.resource(), call.name(), uid)),
                    List.of());
        }
        boolean waits =
                !deleted.removed()
                        && (options.propagation() == Propagation.FOREGROUND
                                || options.propagation() == Propagation.ORPHAN);
        return Answers.json(
                waits ? Answers.ACCEPTED : Answers.OK,
                call.rendering().object(call.resource(), deleted.object()),
                List.of());
    }
}
