package io.biplane.apiserver.registry;

import io.biplane.apiserver.call.Answers;
import io.biplane.apiserver.call.Bodies;
import io.biplane.apiserver.call.Call;
import io.biplane.apiserver.exchange.Response;
import io.biplane.apiserver.write.ObjectWriter;
import io.biplane.apiserver.write.ObjectWriter.Rules;

import java.util.ArrayList;
import java.util.List;

/** {@code PUT} of an object or of its status; what does not exist is not created. */
final class Update {
    private final ObjectWriter writer;

    Update(ObjectWriter writer) {
        this.writer = writer;
    }

    Response handle(Call call) {
        Bodies.Decoded sent = Bodies.decode(call, call.resource());
        Rules rules = call.subresource().equals("status") ? Rules.STATUS : Rules.OBJECT;
        ObjectWriter.Outcome outcome =
                writer.change(call.target(), _ -> sent.object().deepCopy(), rules, call.dryRun());
        List<String> warnings = new ArrayList<>(sent.warnings());
        warnings.addAll(outcome.warnings());
        return Answers.json(
                Answers.OK, call.rendering().object(call.resource(), outcome.object()), warnings);
    }
}
