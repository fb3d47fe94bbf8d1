package io.biplane.apiserver.registry;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.registry.Kind;
import io.biplane.apiserver.call.Answers;
import io.biplane.apiserver.call.Call;
import io.biplane.apiserver.call.DeleteRequest;
import io.biplane.apiserver.exchange.Response;
import io.biplane.apiserver.write.DeleteOptions;
import io.biplane.apiserver.write.DeleteOptions.Propagation;
import io.biplane.apiserver.write.ObjectDeleter;
import io.biplane.apiserver.write.ObjectWriter;

import java.util.List;

/** {@code DELETE} of one object. */
final class Delete {
    private final ObjectWriter writer;
    private final ObjectDeleter deleter;

    Delete(ObjectWriter writer, ObjectDeleter deleter) {
        this.writer = writer;
        this.deleter = deleter;
    }

    Response handle(Call call) {
        Kind kind = writer.kind(call.resource());
        DeleteOptions options = DeleteRequest.parse(call);
        ObjectDeleter.Deleted deleted = deleter.delete(call.target(), options);
        if (deleted.removed() && !kind.deletion().returnsObject()) {
            String uid = Fields.string(deleted.object(), "metadata", "uid");
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
