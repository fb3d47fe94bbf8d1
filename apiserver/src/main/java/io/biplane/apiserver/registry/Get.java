package io.biplane.apiserver.registry;

import io.biplane.api.StatusException;
import io.biplane.apiserver.call.Answers;
import io.biplane.apiserver.call.Call;
import io.biplane.apiserver.exchange.Response;
import io.biplane.apiserver.storage.StoredObject;
import io.biplane.apiserver.write.ObjectWriter;

import java.util.List;

/** {@code GET} of one object, or of its status, which is the same. */
final class Get {
    private final ObjectWriter writer;

    Get(ObjectWriter writer) {
        this.writer = writer;
    }

    Response handle(Call call) {
        StoredObject object =
                writer.find(call.target())
                        .orElseThrow(() -> StatusException.notFound(call.resource(), call.name()));
        return Answers.json(Answers.OK, call.rendering().object(object), List.of());
    }
}
