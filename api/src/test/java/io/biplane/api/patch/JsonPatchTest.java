package io.biplane.api.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.biplane.api.Json;
import io.biplane.api.Reason;
import io.biplane.api.StatusException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class JsonPatchTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            textBlock =
                    """
                    {"a":1}         | [{"op":"add","path":"/b","value":2}]                    | {"a":1,"b":2}
                    {"a":1}         | [{"op":"add","path":"/a","value":2}]                    | {"a":2}
                    {"a":1}         | [{"op":"add","path":"/b","value":null}]                 | {"a":1,"b":null}
                    {"a":[1,3]}     | [{"op":"add","path":"/a/1","value":2}]                  | {"a":[1,2,3]}
                    {"a":[1]}       | [{"op":"add","path":"/a/-","value":2}]                  | {"a":[1,2]}
                    {"a":[1]}       | [{"op":"add","path":"/a/1","value":2}]                  | {"a":[1,2]}
                    {"a":1,"b":2}   | [{"op":"remove","path":"/a"}]                           | {"b":2}
                    {"a":[1,2,3]}   | [{"op":"remove","path":"/a/1"}]                         | {"a":[1,3]}
                    {"a":[1,2]}     | [{"op":"replace","path":"/a/0","value":9}]              | {"a":[9,2]}
                    {"a":1}         | [{"op":"replace","path":"","value":{"z":1}}]            | {"z":1}
                    {"a":{"b":1}}   | [{"op":"move","from":"/a/b","path":"/c"}]               | {"a":{},"c":1}
                    {"a":[1,2,3]}   | [{"op":"move","from":"/a/0","path":"/a/2"}]             | {"a":[2,3,1]}
                    {"a":{"b":1}}   | [{"op":"copy","from":"/a","path":"/c"}]                 | {"a":{"b":1},"c":{"b":1}}
                    {"a":1.0}       | [{"op":"test","path":"/a","value":1}]                   | {"a":1.0}
                    {"a":1}         | [{"op":"test","path":"/b","value":null}]                | {"a":1}
                    {"a/b":1,"~":2} | [{"op":"remove","path":"/a~1b"},{"op":"remove","path":"/~0"}] | {}
                    {"":1}          | [{"op":"replace","path":"/","value":2}]                 | {"":2}
                    {"~1":1}        | [{"op":"replace","path":"/~01","value":2}]              | {"~1":2}
                    """)
    void operationsApply(String object, String patch, String result) {
        ObjectNode original = Json.parseObject(object);
        assertThat(Json.text(JsonPatch.apply(original, Json.parse(patch)))).isEqualTo(result);
        assertThat(original).isEqualTo(Json.parse(object));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            textBlock =
                    """
                    {"op":"remove","path":"/x"}                  | INVALID     | nonexistent path /x
                    {"op":"replace","path":"/x","value":1}       | INVALID     | nonexistent path /x
                    {"op":"add","path":"/x/y","value":1}         | INVALID     | nonexistent path /x
                    {"op":"add","path":"/s/y","value":1}         | INVALID     | the parent of /s/y is no container
                    {"op":"add","path":"/l/3","value":1}         | INVALID     | index out of bounds: /l/3
                    {"op":"add","path":"/l/01","value":1}        | INVALID     | index out of bounds: /l/01
                    {"op":"add","path":"/l/-1","value":1}        | INVALID     | index out of bounds: /l/-1
                    {"op":"remove","path":"/l/2"}                | INVALID     | nonexistent path /l/2
                    {"op":"remove","path":"/l/-"}                | INVALID     | nonexistent path /l/-
                    {"op":"remove","path":""}                    | INVALID     | the whole document cannot be removed
                    {"op":"replace","path":"","value":1}         | INVALID     | the patched document is no object
                    {"op":"test","path":"/s","value":"b"}        | INVALID     | testing value /s failed
                    {"op":"test","path":"/s","value":null}       | INVALID     | testing value /s failed
                    {"op":"move","from":"/o","path":"/o/p"}      | INVALID     | cannot move /o into itself
                    {"op":"add","path":"x","value":1}            | BAD_REQUEST | JSON pointer must start with '/': x
                    {"op":"add","path":"/~2","value":1}          | BAD_REQUEST | invalid escape in JSON pointer: /~2
                    {"op":"add","path":"/a"}                     | BAD_REQUEST | operation without value
                    {"op":"frob","path":"/a"}                    | BAD_REQUEST | unexpected kind: "frob"
                    {"op":"add","value":1}                       | BAD_REQUEST | operation without path
                    """)
    void whatDoesNotApplyIsRefused(String operation, Reason reason, String text) {
        ObjectNode object = Json.parseObject("{\"s\":\"a\",\"l\":[1,2],\"o\":{\"p\":1}}");
        StatusException e =
                catchThrowableOfType(
                        StatusException.class,
                        () -> JsonPatch.apply(object, Json.parse("[" + operation + "]")));
        assertThat(e.reason()).isEqualTo(reason);
        assertThat(e).hasMessageContaining(text);
    }

    @Test
    void copiesThatDoubleTheDocumentAreStopped() {
        ArrayNode patch = Json.array();
        for (int i = 0; i < 40; i++) {
            patch.addObject().put("op", "copy").put("from", "/a").put("path", "/a/x" + i);
        }
        StatusException e =
                catchThrowableOfType(
                        StatusException.class,
                        () -> JsonPatch.apply(Json.parseObject("{\"a\":{\"b\":1}}"), patch));
        assertThat(e.code()).isEqualTo(413);
    }

    @Test
    void mergePatchFollowsTheExamplesOfItsRfc() {
        String[][] rows = {
            {"{'a':'b'}", "{'a':'c'}", "{'a':'c'}"},
            {"{'a':'b'}", "{'b':'c'}", "{'a':'b','b':'c'}"},
            {"{'a':'b'}", "{'a':null}", "{}"},
            {"{'a':'b','b':'c'}", "{'a':null}", "{'b':'c'}"},
            {"{'a':['b']}", "{'a':'c'}", "{'a':'c'}"},
            {"{'a':'c'}", "{'a':['b']}", "{'a':['b']}"},
            {"{'a':{'b':'c'}}", "{'a':{'b':'d','c':null}}", "{'a':{'b':'d'}}"},
            {"{'a':[{'b':'c'}]}", "{'a':[1]}", "{'a':[1]}"},
            {"{'e':null}", "{'a':1}", "{'e':null,'a':1}"},
            {"{}", "{'a':{'bb':{'ccc':null}}}", "{'a':{'bb':{}}}"},
        };
        for (String[] row : rows) {
            ObjectNode object = Json.parseObject(row[0].replace('\'', '"'));
            assertThat(Json.text(MergePatch.apply(object, Json.parse(row[1].replace('\'', '"')))))
                    .isEqualTo(row[2].replace('\'', '"'));
        }
    }
}
