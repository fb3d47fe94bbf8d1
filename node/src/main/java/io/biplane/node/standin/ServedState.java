package io.biplane.node.standin;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the stand-ins report of one pod.
 *
 * @param containers by name; every container of {@code pod} has an entry
 */
public record ServedState(ServedPod pod, Map<String, Container> containers) {

    /** A container's stand-in: listening on all its ports, or not, with the reason. */
    public sealed interface Container {
        /** Every port is open (a container without ports is, too). */
        record Listening() implements Container {}

        /** Some port could not be opened; the others are closed as well. */
        record Failed(String reason) implements Container {}

        /** It was asked to exit ({@code /exit?code=}) and listens no more. */
        record Exited(int code) implements Container {}
    }

    public ServedState {
        containers = Map.copyOf(containers);
    }

    public boolean allListening() {
        return containers.values().stream().allMatch(Container.Listening.class::isInstance);
    }

    public Optional<Container> container(String name) {
        return Optional.ofNullable(containers.get(name));
    }

    static ServedState of(JsonNode json) {
        Map<String, Container> containers = new TreeMap<>();
        json.path("states")
                .properties()
                .forEach(e -> containers.put(e.getKey(), container(e.getValue())));
        return new ServedState(ServedPod.of(json.path("pod")), containers);
    }

    private static Container container(JsonNode json) {
        if (json.has("failed")) {
            return new Container.Failed(json.path("failed").asString());
        }
        return json.has("exited")
                ? new Container.Exited(json.path("exited").asInt())
                : new Container.Listening();
    }

    ObjectNode toJson() {
        ObjectNode states = Json.object();
        containers.forEach((name, state) ->
                states.set(
                        name,
                        switch (state) {
                            case Container.Listening _ -> Json.object().put("listening", true);
                            case Container.Failed(String reason) ->
                                    Json.object().put("failed", reason);
                            case Container.Exited(int code) -> Json.object().put("exited", code);
                        }));
        ObjectNode json = Json.object();
        json.set("pod", pod.toJson());
        json.set("states", states);
        return json;
    }
}
