package io.biplane.api.yaml;

import io.biplane.api.Json;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.RepresentToNode;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.representer.StandardRepresenter;
import org.snakeyaml.engine.v2.schema.CoreSchema;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/** Reads and writes YAML 1.2 (core schema), as far as JSON can say it. */
public final class Yaml {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MAX_TEXT_CHARS = 3 << 20;

    private Yaml() {}

    /**
     * Reads one document; an empty text is null.
     *
     * @throws IllegalArgumentException if the text is no YAML, has several documents, names a field
     *     twice, or says what JSON cannot
     */
    public static JsonNode read(String text) {
        List<JsonNode> all = readAll(text);
        if (all.size() > 1) {
            throw new IllegalArgumentException("expected one YAML document, found " + all.size());
        }
        return all.isEmpty() ? NODES.nullNode() : all.getFirst();
    }

    /**
     * Reads all documents of a stream; empty ones are left out.
     *
     * @throws IllegalArgumentException if one of them is no YAML or says what JSON cannot
     */
    public static List<JsonNode> readAll(String text) {
        LoadSettings settings =
                LoadSettings.builder()
                        .setAllowDuplicateKeys(false)
                        .setSchema(new CoreSchema())
                        .setCodePointLimit(MAX_TEXT_CHARS)
                        .setMaxAliasesForCollections(50)
                        .build();
        try {
            List<JsonNode> documents = new ArrayList<>();
            for (Object document : new Load(settings).loadAllFromString(text)) {
                if (document != null) {
                    documents.add(node(document));
                }
            }
            return documents;
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException("error parsing YAML: " + e.getMessage(), e);
        }
    }

    private static JsonNode node(@Nullable Object value) {
        return switch (value) {
            case null -> NODES.nullNode();
            case Map<?, ?> map -> {
                ObjectNode object = Json.object();
                map.forEach((key, field) -> object.set(String.valueOf(key), node(field)));
                yield object;
            }
            case Iterable<?> list -> {
                ArrayNode array = Json.array();
                list.forEach(element -> array.add(node(element)));
                yield array;
            }
            case String text -> NODES.stringNode(text);
            case Boolean bool -> NODES.booleanNode(bool);
            case Integer number -> NODES.numberNode(number);
            case Long number -> NODES.numberNode(number);
            case BigInteger number -> NODES.numberNode(number);
            case Double number when Double.isFinite(number) -> NODES.numberNode(number);
            case byte[] bytes -> NODES.binaryNode(bytes);
            default -> throw new IllegalArgumentException("JSON has no such value: " + value);
        };
    }

    /**
     * Quotes strings that readers of YAML 1.1, kubectl among them, would take for something else.
     */
    private static final class Quoting extends StandardRepresenter {
        private static final Pattern AMBIGUOUS =
                Pattern.compile(
                        "(?i)y|yes|n|no|on|off|true|false|null|~|="
                                + "|[-+]?[0-9][0-9_,:.]*|0[box][0-9a-f_]+|[0-9]{4}-[0-9]{1,2}-.*");

        Quoting(DumpSettings settings) {
            super(settings);
            RepresentToNode plain = Objects.requireNonNull(representers.get(String.class));
            representers.put(
                    String.class,
                    data ->
                            AMBIGUOUS.matcher((String) data).matches()
                                    ? representScalar(
                                            Tag.STR, (String) data, ScalarStyle.DOUBLE_QUOTED)
                                    : plain.representData(data));
        }
    }

    /** Writes one document in block style, fields in the order in which the tree has them. */
    public static String write(JsonNode node) {
        DumpSettings settings =
                DumpSettings.builder()
                        .setDefaultFlowStyle(FlowStyle.BLOCK)
                        .setIndicatorIndent(0)
                        .setWidth(Integer.MAX_VALUE)
                        .setSplitLines(false)
                        .setSchema(new CoreSchema())
                        .build();
        Object plain = plain(node);
        return plain == null
                ? "null\n"
                : new Dump(settings, new Quoting(settings)).dumpToString(plain);
    }

    private static @Nullable Object plain(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                node.properties().forEach(f -> map.put(f.getKey(), plain(f.getValue())));
                yield map;
            }
            case ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                node.forEach(element -> list.add(plain(element)));
                yield list;
            }
            case STRING, BINARY, POJO -> node.asString();
            case BOOLEAN -> node.booleanValue();
            case NUMBER -> number(node);
            case NULL, MISSING -> null;
        };
    }

    private static Object number(JsonNode node) {
        if (node.isIntegralNumber()) {
            return node.bigIntegerValue();
        }
        return node.doubleValue();
    }
}
