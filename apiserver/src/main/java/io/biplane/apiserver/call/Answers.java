package io.biplane.apiserver.call;

import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.apiserver.Response;
import io.biplane.apiserver.write.ObjectWriter;

import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts answers together. */
public final class Answers {
    public static final int OK = 200;
    public static final int CREATED = 201;
    public static final int ACCEPTED = 202;

    private Answers() {}

    public static Response.Full json(int code, byte[] body, List<String> warnings) {
        Map<String, List<String>> headers = new HashMap<>();
        headers.put("Content-Type", List.of("application/json"));
        headers.put("Cache-Control", List.of("no-cache, private"));
        if (!warnings.isEmpty()) {
            List<String> quoted = new ArrayList<>();
            for (String warning : warnings) {
                String text = warning.replace("\\", "\\\\").replace("\"", "\\\"");
                quoted.add("299 - \"" + text + "\"");
            }
            headers.put("Warning", quoted);
        }
        return new Response.Full(code, headers, body);
    }

    public static Response.Full outcome(Call call, int code, ObjectWriter.Outcome outcome) {
        return json(
                code,
                call.rendering().object(call.resource(), outcome.object()),
                outcome.warnings());
    }

    /** {@code Status} of something done about an object. */
    public static ObjectNode success(Resource resource, String name, String uid) {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Success");
        ObjectNode details = status.putObject("details").put("name", name);
        if (!resource.group().isEmpty()) {
            details.put("group", resource.group());
        }
        details.put("kind", resource.plural());
        if (!uid.isEmpty()) {
            details.put("uid", uid);
        }
        return status;
    }
}
