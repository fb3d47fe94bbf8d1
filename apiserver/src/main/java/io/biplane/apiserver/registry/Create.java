package io.biplane.apiserver.registry;

import io.biplane.apiserver.call.Answers;
import io.biplane.apiserver.call.Bodies;
import io.biplane.apiserver.call.Call;
import io.biplane.apiserver.exchange.Response;
import io.biplane.apiserver.write.ObjectWriter;

import java.util.ArrayList;
import java.util.List;

/** {@code POST} to a collection. */
final class Create {
    private final ObjectWriter writer;

    Create(ObjectWriter writer) {
        this.writer = writer;
    }

    Response handle(Call call) {
        Bodies.Decoded sent = Bodies.decode(call, call.resource());
        ObjectWriter.Outcome created =
                writer.create(call.resource(), call.namespace(), sent.object(), call.dryRun());
        List<String> warnings = new ArrayList<>(sent.warnings());
        warnings.addAll(created.warnings());
        return Answers.json(
                Answers.CREATED,
                call.rendering().object(call.resource(), created.object()),
                warnings);
    }
}
