package io.biplane.apiserver.discovery;

import io.biplane.api.StatusException;
import io.biplane.apiserver.Request;
import io.biplane.apiserver.Response;

import java.util.List;

/** {@code /openapi/v2} and {@code /openapi/v3}. */
public final class OpenApi {
    public Response handle(Request request, List<String> segments) {
        return io.biplane.apiserver.call.Answers.json(
                404, io.biplane.api.Json.bytes(StatusException.noSuchPath().toStatus()), List.of());
    }
}
