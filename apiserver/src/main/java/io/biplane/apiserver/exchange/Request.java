package io.biplane.apiserver.exchange;

import java.util.Locale;
import java.util.Map;

/**
 * One request as it stands before any API meaning is read into it.
 *
 * @param method in capitals
 * @param path decoded, beginning with {@code /}, without the query
 * @param headers by lower-case name; several of one name are joined with {@code ", "}
 * @param body empty when there is none; not copied, so neither side may change it
 */
@SuppressWarnings("ArrayRecordComponent") // shared, and compared by nobody
public record Request(
        String method,
        String path,
        Query query,
        Map<String, String> headers,
        byte[] body,
        User user) {
    public Request {
        headers = Map.copyOf(headers);
    }

    /** The header's value or {@code ""}. */
    public String header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }
}
