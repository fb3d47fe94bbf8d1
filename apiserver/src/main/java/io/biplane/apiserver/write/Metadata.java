package io.biplane.apiserver.write;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.Times;
import io.biplane.api.registry.Kind;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** The parts of {@code metadata} that are the server's. */
public final class Metadata {
    /** Set once, and never by a client. */
    private static final List<String> FIXED =
            List.of(
                    "uid",
                    "creationTimestamp",
                    "deletionTimestamp",
                    "deletionGracePeriodSeconds",
                    "generation",
                    "generateName");

    // Upstream's alphabet: no vowels, so that no words come out, and none that look alike.
    private static final String SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
    private static final int SUFFIX_LENGTH = 5;
    private static final int MAX_GENERATED_BASE = 63 - SUFFIX_LENGTH;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Metadata() {}

    /** The current time as the API writes it. */
    public static String now() {
        return Times.time(Instant.now());
    }

    static void forCreate(Kind kind, ObjectNode object) {
        ObjectNode metadata = Json.child(object, "metadata");
        if (!Fields.string(metadata, "resourceVersion").isEmpty()) {
            throw StatusException.badRequest(
                    "resourceVersion should not be set on objects to be created");
        }
        metadata.remove(
                List.of(
                        "resourceVersion",
                        "selfLink",
                        "managedFields",
                        "deletionTimestamp",
                        "deletionGracePeriodSeconds",
                        "generation"));
        String base = Fields.string(metadata, "generateName");
        if (Fields.string(metadata, "name").isEmpty() && !base.isEmpty()) {
            metadata.put("name", generateName(base));
        }
        metadata.put("uid", UUID.randomUUID().toString());
        metadata.put("creationTimestamp", now());
        if (kind.countsGeneration()) {
            metadata.put("generation", 1);
        }
    }

    /** Whether the server chose the name, so that it may choose again. */
    static boolean nameIsGenerated(ObjectNode sent) {
        return Fields.string(sent, "metadata", "name").isEmpty();
    }

    private static String generateName(String base) {
        StringBuilder name =
                new StringBuilder(
                        base.length() > MAX_GENERATED_BASE
                                ? base.substring(0, MAX_GENERATED_BASE)
                                : base);
        for (int i = 0; i < SUFFIX_LENGTH; i++) {
            name.append(SUFFIX_ALPHABET.charAt(RANDOM.nextInt(SUFFIX_ALPHABET.length())));
        }
        return name.toString();
    }

    /** Whatever the client sent, what is fixed stays as it is stored. */
    static void forChange(ObjectNode object, ObjectNode old) {
        ObjectNode metadata = Json.child(object, "metadata");
        JsonNode stored = old.path("metadata");
        metadata.remove(List.of("selfLink", "managedFields"));
        for (String field : FIXED) {
            JsonNode value = stored.get(field);
            if (value == null) {
                metadata.remove(field);
            } else {
                metadata.set(field, value);
            }
        }
        metadata.put("resourceVersion", Fields.string(stored, "resourceVersion"));
    }

    /** Counts a change of anything but metadata and status. */
    static void countGeneration(Kind kind, ObjectNode object, ObjectNode old) {
        if (kind.countsGeneration() && !desired(object).equals(desired(old))) {
            bumpGeneration(kind, object);
        }
    }

    static void bumpGeneration(Kind kind, ObjectNode object) {
        if (kind.countsGeneration()) {
            ObjectNode metadata = Json.child(object, "metadata");
            metadata.put("generation", metadata.path("generation").longValue(0) + 1);
        }
    }

    private static ObjectNode desired(ObjectNode object) {
        ObjectNode desired = Json.object();
        desired.setAll(object);
        return desired.remove(List.of("metadata", "status"));
    }
}
