package io.biplane.apiserver.storage;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Where a list that came in parts goes on; opaque to clients.
 *
 * @param revision as of which the whole list is
 * @param start the part of the first key behind the list's prefix
 */
public record ContinueToken(long revision, String start) {
    private static final String VERSION = "meta.k8s.io/v1";

    /**
     * Reads a token.
     *
     * @throws StatusException (400) if it is none of ours
     */
    public static ContinueToken parse(String token) {
        try {
            ObjectNode json = Json.parseObject(Base64.getUrlDecoder().decode(token));
            String start = Fields.string(json, "start");
            if (!Fields.string(json, "v").equals(VERSION) || start.isEmpty()) {
                throw new IllegalArgumentException(
                        "server does not recognize this encoded version");
            }
            return new ContinueToken(json.path("rv").longValue(0), start);
        } catch (IllegalArgumentException | JacksonException e) {
            throw StatusException.badRequest(
                    "continue key is not valid: " + String.valueOf(e.getMessage()));
        }
    }

    public String encode() {
        ObjectNode json = Json.object().put("v", VERSION).put("rv", revision).put("start", start);
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Json.text(json).getBytes(StandardCharsets.UTF_8));
    }
}
