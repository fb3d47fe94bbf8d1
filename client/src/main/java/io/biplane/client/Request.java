package io.biplane.client;

import java.util.Map;

/**
 * A request to the API server.
 *
 * @param method GET, POST, PUT, PATCH or DELETE
 * @param target path and query, encoded, from the leading slash
 * @param headers by their usual names
 * @param body empty where there is none; not copied, nobody may change it
 */
@SuppressWarnings("ArrayRecordComponent") // bodies are compared by nobody and copied by nobody
public record Request(String method, String target, Map<String, String> headers, byte[] body) {
    public Request {
        headers = Map.copyOf(headers);
    }
}
