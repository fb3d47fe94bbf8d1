package io.biplane.apiserver.call;

import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.apiserver.exchange.Response;
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

    private static final int MOST_WARNINGS = 20;
    private static final int LONGEST_WARNING = 500;

    private Answers() {}

    public static Response.Full json(int code, byte[] body, List<String> warnings) {
        Map<String, List<String>> headers = new HashMap<>();
        headers.put("Content-Type", List.of("application/json"));
        headers.put("Cache-Control", List.of("no-cache, private"));
        if (!warnings.isEmpty()) {
            headers.put("Warning", bounded(warnings).stream().map(Answers::quoted).toList());
        }
        return new Response.Full(code, headers, body);
    }

    /** Each text once; how many there are is up to the client's object, so not all of them. */
    private static List<String> bounded(List<String> warnings) {
        List<String> all = warnings.stream().distinct().toList();
        if (all.size() <= MOST_WARNINGS) {
            return all;
        }
        List<String> some = new ArrayList<>(all.subList(0, MOST_WARNINGS));
        some.add("and %d more warnings".formatted(all.size() - MOST_WARNINGS));
        return some;
    }

    /** As a header may hold it, whatever names the client chose for its fields. */
    private static String quoted(String warning) {
        String text =
                warning.length() <= LONGEST_WARNING
                        ? warning
                        : warning.substring(0, LONGEST_WARNING) + "...";
        return "299 - \"%s\""
                .formatted(
                        text.replaceAll("\\p{Cntrl}", " ")
                                .replace("\\", "\\\\")
                                .replace("\"", "\\\""));
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
