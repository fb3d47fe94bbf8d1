package io.biplane.apiserver.registry;

import io.biplane.api.Json;
import io.biplane.apiserver.call.Answers;
import io.biplane.apiserver.call.Bodies;
import io.biplane.apiserver.call.Call;
import io.biplane.apiserver.exchange.Response;
import io.biplane.apiserver.write.ObjectWriter;
import io.biplane.apiserver.write.ObjectWriter.Rules;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code PUT} of a namespace's {@code finalize}: only its spec's finalizers change. */
final class FinalizeNamespace {
    private final ObjectWriter writer;

    FinalizeNamespace(ObjectWriter writer) {
        this.writer = writer;
    }

    Response handle(Call call) {
        ObjectNode sent = Bodies.decode(call, call.resource()).object();
        ObjectWriter.Outcome outcome =
                writer.change(
                        call.target(),
                        current -> {
                            JsonNode version = sent.path("metadata").get("resourceVersion");
                            if (version != null) {
                                Json.child(current, "metadata").set("resourceVersion", version);
                            }
                            JsonNode finalizers = sent.path("spec").get("finalizers");
                            ObjectNode spec = Json.child(current, "spec");
                            if (finalizers == null || finalizers.isEmpty()) {
                                spec.remove("finalizers");
                            } else {
                                spec.set("finalizers", finalizers.deepCopy());
                            }
                            return current;
                        },
                        Rules.NONE,
                        call.dryRun());
        return Answers.outcome(call, Answers.OK, outcome);
    }
}
