package io.biplane.api.patch;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.type.ApiType;
import io.biplane.api.type.TypeRegistry;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Random;

/** Whatever is thrown at the patches, they answer with a result or a StatusException. */
class PatchFuzzTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<String> NAMES =
            List.of(
                    "spec",
                    "ports",
                    "port",
                    "containers",
                    "name",
                    "metadata",
                    "finalizers",
                    "labels",
                    "$patch",
                    "$retainKeys",
                    "$setElementOrder/ports",
                    "$setElementOrder/containers",
                    "$deleteFromPrimitiveList/finalizers",
                    "");
    private static final List<String> VALUES =
            List.of("delete", "replace", "merge", "a", "b", "port", "name", "");
    private static final int ROUNDS = 20_000;

    private final long seed = Seeds.next();
    private final Random random = new Random(seed);

    @Test
    void strategicMergePatchesOfRandomTreesNeverBreak() {
        ApiType service = TypeRegistry.get().ofKind("v1", "Service").orElseThrow();
        ApiType pod = TypeRegistry.get().ofKind("v1", "Pod").orElseThrow();
        for (int i = 0; i < ROUNDS; i++) {
            ObjectNode object = object(4);
            JsonNode patch = object(4);
            ApiType type = i % 2 == 0 ? service : pod;
            String before = Json.text(object) + Json.text(patch);
            tolerate(before, () -> StrategicMergePatch.apply(object, patch, type));
            assertThat(Json.text(object) + Json.text(patch)).as("seed %d", seed).isEqualTo(before);
        }
    }

    @Test
    void aStrategicMergePatchWithoutDirectivesComesToRest() {
        ApiType service = TypeRegistry.get().ofKind("v1", "Service").orElseThrow();
        for (int i = 0; i < ROUNDS; i++) {
            ObjectNode object = object(4);
            ObjectNode patch = Directives.strip(object(4));
            tolerate(
                    object + " " + patch,
                    () -> {
                        // What is added is taken as it is; only merging drops duplicates from it.
                        ObjectNode once = StrategicMergePatch.apply(object, patch, service);
                        ObjectNode twice = StrategicMergePatch.apply(once, patch, service);
                        assertThat(StrategicMergePatch.apply(twice, patch, service))
                                .as("seed %d, %s patched by %s", seed, object, patch)
                                .isEqualTo(twice);
                    });
        }
    }

    @Test
    void jsonPatchesOfRandomOperationsNeverBreak() {
        List<String> ops = List.of("add", "remove", "replace", "move", "copy", "test", "frob");
        for (int i = 0; i < ROUNDS; i++) {
            ObjectNode object = object(3);
            ArrayNode patch = Json.array();
            for (int n = random.nextInt(4); n >= 0; n--) {
                ObjectNode operation = patch.addObject();
                operation.put("op", pick(ops)).put("path", path()).put("from", path());
                operation.set("value", value(2));
            }
            tolerate(object + " " + patch, () -> JsonPatch.apply(object, patch));
        }
    }

    @Test
    void pointersPrintAsTheyWereParsed() {
        for (int i = 0; i < ROUNDS; i++) {
            String text = path();
            try {
                assertThat(JsonPointer.parse(text)).hasToString(text);
            } catch (IllegalArgumentException refused) {
                assertThat(text).as("seed %d", seed).matches("(?s)[^/].*|.*~([^01].*)?");
            }
        }
    }

    private void tolerate(String input, Runnable run) {
        try {
            run.run();
        } catch (StatusException expected) {
            assertThat(expected.code()).isBetween(400, 422);
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed + ": " + input, e);
        }
    }

    private String path() {
        StringBuilder path = new StringBuilder();
        for (int n = random.nextInt(4); n > 0; n--) {
            path.append(random.nextInt(20) == 0 ? "" : "/").append(pick(NAMES).replace("/", "~1"));
            path.append(pick(List.of("", "", "", "", "/0", "/1", "/-", "/01", "~", "~0")));
        }
        return path.toString();
    }

    private JsonNode value(int depth) {
        return switch (random.nextInt(depth > 0 ? 7 : 4)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.numberNode(random.nextInt(3));
            case 2, 3 -> NODES.stringNode(pick(VALUES));
            case 4 -> {
                ArrayNode array = Json.array();
                for (int n = random.nextInt(4); n > 0; n--) {
                    array.add(value(depth - 1));
                }
                yield array;
            }
            default -> object(depth - 1);
        };
    }

    private ObjectNode object(int depth) {
        ObjectNode object = Json.object();
        for (int n = random.nextInt(4); n > 0; n--) {
            object.set(pick(NAMES), value(depth));
        }
        return object;
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }
}
