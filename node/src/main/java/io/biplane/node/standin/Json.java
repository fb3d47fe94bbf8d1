package io.biplane.node.standin;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/** JSON trees of the control socket and of the state file. */
final class Json {
    static final JsonMapper MAPPER = JsonMapper.builder().build();

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static <T> ArrayNode array(Iterable<T> items, Function<T, JsonNode> form) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        items.forEach(item -> array.add(form.apply(item)));
        return array;
    }

    static ArrayNode strings(Iterable<String> items) {
        return array(items, JsonNodeFactory.instance::stringNode);
    }

    static ArrayNode integers(Iterable<Integer> items) {
        return array(items, JsonNodeFactory.instance::numberNode);
    }

    static <T> List<T> list(JsonNode array, Function<JsonNode, T> item) {
        return StreamSupport.stream(array.spliterator(), false).map(item).toList();
    }

    private Json() {}
}
