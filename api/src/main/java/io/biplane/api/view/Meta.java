package io.biplane.api.view;

import io.biplane.api.Fields;

import tools.jackson.databind.JsonNode;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code metadata} of an object; texts are "" where absent. */
public record Meta(
        String namespace,
        String name,
        String uid,
        String resourceVersion,
        long generation,
        Optional<Instant> created,
        Optional<Instant> deleted,
        Map<String, String> labels,
        Map<String, String> annotations,
        List<Owner> owners,
        List<String> finalizers) {

    /** An entry of {@code metadata.ownerReferences}. */
    public record Owner(
            String apiVersion,
            String kind,
            String name,
            String uid,
            boolean controller,
            boolean blockOwnerDeletion) {}

    /** Reads the metadata of a whole object. */
    public static Meta of(JsonNode object) {
        JsonNode meta = Fields.find(object, "metadata");
        if (meta == null) {
            throw new IllegalArgumentException("object has no metadata");
        }
        JsonNode generation = Fields.find(meta, "generation");
        return new Meta(
                Fields.text(meta, "namespace"),
                Fields.text(meta, "name"),
                Fields.text(meta, "uid"),
                Fields.text(meta, "resourceVersion"),
                generation == null ? 0 : generation.asLong(),
                time(Fields.text(meta, "creationTimestamp")),
                time(Fields.text(meta, "deletionTimestamp")),
                Fields.map(meta, "labels"),
                Fields.map(meta, "annotations"),
                Fields.list(meta, "ownerReferences").stream().map(Meta::owner).toList(),
                Fields.texts(meta, "finalizers"));
    }

    /** {@code namespace/name}, or the bare name of a cluster-scoped object. */
    public String key() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }

    /** Whether deletion was asked for ({@code deletionTimestamp} is set). */
    public boolean deleting() {
        return deleted.isPresent();
    }

    /** The owner that controls this object, of which there is at most one. */
    public Optional<Owner> controller() {
        return owners.stream().filter(Owner::controller).findFirst();
    }

    /** An RFC 3339 time, when {@code text} is one. */
    static Optional<Instant> time(String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
        } catch (DateTimeParseException notATime) {
            return Optional.empty();
        }
    }

    private static Owner owner(JsonNode owner) {
        return new Owner(
                Fields.text(owner, "apiVersion"),
                Fields.text(owner, "kind"),
                Fields.text(owner, "name"),
                Fields.text(owner, "uid"),
                Fields.flag(owner, "controller"),
                Fields.flag(owner, "blockOwnerDeletion"));
    }
}
