package io.biplane.client;

import java.util.Map;

/**
 * The whole answer to a request.
 *
 * @param headers by their names in lower case, the first value of each
 */
@SuppressWarnings("ArrayRecordComponent") // bodies are compared by nobody and copied by nobody
public record Response(int code, Map<String, String> headers, byte[] body) {
    public Response {
        headers = Map.copyOf(headers);
    }
}
