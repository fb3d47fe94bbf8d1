package io.biplane.api.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.api.Json;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlTest {
    @Test
    void readsWhatJsonCanSay() {
        assertThat(
                        Yaml.read(
                                """
                                apiVersion: v1
                                port: 80
                                big: 123456789012345678901234567890
                                ratio: 1.5
                                on: yes
                                none: ~
                                flag: true
                                list:
                                - a
                                - "80"
                                """))
                .isEqualTo(
                        Json.parse(
                                """
                                {"apiVersion":"v1","port":80,"big":123456789012345678901234567890,
                                 "ratio":1.5,"on":"yes","none":null,"flag":true,"list":["a","80"]}
                                """));
    }

    @Test
    void readsStreamsAndLeavesOutEmptyDocuments() {
        assertThat(Yaml.readAll("---\na: 1\n---\n---\nb: 2\n")).hasSize(2);
        assertThat(Yaml.readAll("")).isEmpty();
        assertThat(Yaml.read("# nothing").isNull()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a: [", "a: 1\na: 2", "a: .inf", "a: 1\n---\nb: 2", "\ta: 1"})
    void refusesWhatIsNoYamlOrNoJson(String text) {
        assertThatThrownBy(() -> Yaml.read(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void writesBlockStyleAndQuotesWhatOlderReadersMisread() {
        assertThat(
                        Yaml.write(
                                Json.parse(
                                        """
                                        {"a":{"b":[1,{"c":"x","d":2}]},"e":"80","f":"yes","g":"0777",
                                         "h":"10:30","i":"fd00::1","j":"","k":{},"l":[],"m":null,
                                         "nn":"a\\nb\\n","o":"2020-01-01T00:00:00Z","p":true}
                                        """)))
                .isEqualTo(
                        """
                        a:
                          b:
                          - 1
                          - c: x
                            d: 2
                        e: "80"
                        f: "yes"
                        g: "0777"
                        h: "10:30"
                        i: fd00::1
                        j: ''
                        k: {}
                        l: []
                        m: null
                        nn: |
                          a
                          b
                        o: "2020-01-01T00:00:00Z"
                        p: true
                        """);
    }

    @Test
    void whatIsWrittenIsReadBack() {
        String json =
                "{\"a\":[\"x: y\",\"# no comment\",\"- dash\",\"'q'\",\" lead\",\"null\",\"1e3\"],"
                        + "\"b c\":{\"d\":-1.25}}";
        assertThat(Json.text(Yaml.read(Yaml.write(Json.parse(json))))).isEqualTo(json);
    }
}
