package io.biplane.api.type;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.kind.Kinds;
import io.biplane.api.yaml.Yaml;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What upstream's structs make of zero values, empty lists, empty maps and nulls (zeros.txt), and
 * that this holds for every field of every kind.
 */
class ZeroValuesTest {
    private static final TypeRegistry TYPES = TypeRegistry.get();

    private static ApiType type(String kind) {
        Resource resource =
                Kinds.BUILT_IN.resources().stream()
                        .filter(r -> r.kind().equals(kind))
                        .findFirst()
                        .orElseThrow();
        return TYPES.ofKind(resource.apiVersion(), kind).orElseThrow();
    }

    private static ObjectNode decoded(ObjectNode object, ApiType type) {
        assertThat(Decoder.decode(object, type, FieldValidation.WARN)).isEmpty();
        return object;
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvFileSource(
            resources = "zeros.txt",
            delimiter = '|',
            quoteCharacter = '~',
            commentCharacter = '#',
            maxCharsPerColumn = 10_000)
    void zeroValuesMeanWhatUpstreamsStructsMakeOfThem(String kind, String sent, String left) {
        ApiType type = type(kind);
        ObjectNode expected = decoded(Json.parseObject(left), type);
        assertThat(decoded(Json.parseObject(sent), type)).as("JSON").isEqualTo(expected);
        assertThat(decoded((ObjectNode) Yaml.read(sent), type)).as("YAML").isEqualTo(expected);
        // The right column, too, says all that is there but for what is always there.
        Json.parseObject(left)
                .properties()
                .forEach(
                        f -> assertThat(contains(expected.get(f.getKey()), f.getValue())).isTrue());
    }

    private static boolean contains(JsonNode whole, JsonNode part) {
        return switch (part) {
            case ObjectNode object ->
                    object.properties().stream()
                            .allMatch(f ->
                                    whole.has(f.getKey())
                                            && contains(whole.get(f.getKey()), f.getValue()));
            case ArrayNode array -> {
                boolean all = whole.size() == array.size();
                for (int i = 0; all && i < array.size(); i++) {
                    all = contains(whole.get(i), array.get(i));
                }
                yield all;
            }
            default -> whole.equals(part);
        };
    }

    @Test
    void everyFieldOfEveryKindWithItsZeroValueIsWhatItsPresenceSays() {
        List<String> wrong = new ArrayList<>();
        for (ApiType type : TYPES.all()) {
            ObjectNode absent = decoded(Json.object(), type);
            for (ApiField field : type.fields()) {
                if (field.type() instanceof ValueType.Scalar scalar
                        && Scalars.zero(scalar).isNull()) {
                    continue; // a time or any JSON: upstream has no zero value that it prints
                }
                ObjectNode object = Json.object();
                object.set(field.name(), zero(field.type()));
                decoded(object, type);
                boolean differs = !object.equals(absent);
                boolean list =
                        field.type() instanceof ValueType.ListOf
                                || field.type() instanceof ValueType.MapOf;
                boolean should =
                        field.presence() == Presence.IF_GIVEN
                                || list && field.presence() == Presence.ALWAYS;
                if (differs != should) {
                    wrong.add(type.name() + "." + field.name() + ": " + object);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static JsonNode zero(ValueType type) {
        return switch (type) {
            case ValueType.Scalar scalar -> Scalars.zero(scalar);
            case ValueType.ListOf _ -> Json.array();
            case ValueType.MapOf _, ValueType.Ref _ -> Json.object();
        };
    }

    /** Otherwise a write that changes nothing would be a change. */
    @Test
    void aSecondDecodingChangesNothing() {
        long seed = Seeds.next();
        Random random = new Random(seed);
        int differed = 0;
        for (int i = 0; i < 3_000; i++) {
            Resource resource =
                    Kinds.BUILT_IN
                            .resources()
                            .get(random.nextInt(Kinds.BUILT_IN.resources().size()));
            ApiType type = type(resource.kind());
            ObjectNode sent = object(type, random, 0);
            ObjectNode once = decoded(sent.deepCopy(), type);
            assertThat(decoded(once.deepCopy(), type))
                    .as("-Dbiplane.seed=%d: %s", seed, sent)
                    .isEqualTo(once);
            differed += once.equals(sent) ? 0 : 1;
        }
        assertThat(differed).as("objects that the first one changed").isGreaterThan(1_000);
    }

    private static ObjectNode object(ApiType type, Random random, int depth) {
        ObjectNode object = Json.object();
        for (ApiField field : type.fields()) {
            if (random.nextInt(3 + depth) == 0) {
                object.set(field.name(), value(field.type(), random, depth));
            }
        }
        return object;
    }

    private static JsonNode value(ValueType type, Random random, int depth) {
        if (random.nextInt(8) == 0) {
            return JsonNodeFactory.instance.nullNode();
        }
        return switch (type) {
            case ValueType.Ref ref -> object(TYPES.type(ref), random, depth + 1);
            case ValueType.ListOf list -> {
                ArrayNode array = Json.array();
                for (int i = random.nextInt(3); i > 0; i--) {
                    array.add(value(list.element(), random, depth + 1));
                }
                yield array;
            }
            case ValueType.MapOf map -> {
                ObjectNode object = Json.object();
                for (int i = random.nextInt(3); i > 0; i--) {
                    object.set("k" + i, value(map.value(), random, depth + 1));
                }
                yield object;
            }
            case ValueType.Scalar scalar ->
                    random.nextBoolean() ? Scalars.zero(scalar) : some(scalar);
        };
    }

    private static JsonNode some(ValueType.Scalar scalar) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (scalar) {
            case STRING -> nodes.stringNode("a");
            case BYTES -> nodes.stringNode("YWJj");
            case QUANTITY -> nodes.stringNode("1Gi");
            case INT32, INT64, INT_OR_STRING -> nodes.numberNode(7);
            case DOUBLE -> nodes.numberNode(0.5);
            case BOOLEAN -> nodes.booleanNode(true);
            case TIME -> nodes.stringNode("2020-01-01T00:00:00Z");
            case MICROTIME -> nodes.stringNode("2020-01-01T00:00:00.000001Z");
            case OBJECT -> Json.object();
        };
    }
}
