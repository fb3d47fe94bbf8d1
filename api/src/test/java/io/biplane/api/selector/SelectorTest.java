package io.biplane.api.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.api.Json;
import io.biplane.api.kind.Kinds;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;

class SelectorTest {
    private static final String LABELS =
            "{\"app\":\"web\",\"tier\":\"a\",\"weight\":\"5\",\"empty\":\"\",\"x.io/y\":\"z\"}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ''                        | true
                    app=web                   | true
                    app==web                  | true
                    app = web , tier=a        | true
                    app=db                    | false
                    app!=web                  | false
                    app!=db                   | true
                    nope!=db                  | true
                    app                       | true
                    nope                      | false
                    !nope                     | true
                    ! app                     | false
                    app in (web,db)           | true
                    app in ( db )             | false
                    app notin (db)            | true
                    nope notin (db)           | true
                    nope in (db)              | false
                    weight>4                  | true
                    weight>5                  | false
                    weight<6                  | true
                    app>1                     | false
                    empty=                    | true
                    empty in (,x)             | true
                    nope=                     | false
                    x.io/y=z,app in (web)     | true
                    app=web,tier!=a           | false
                    in in (in)                | false
                    """)
    void labelSelectorsMatchAsUpstream(String text, boolean matches) {
        LabelSelector selector = LabelSelector.parse(text);
        assertThat(selector.matches(Json.parse(LABELS))).isEqualTo(matches);
        assertThat(LabelSelector.parse(selector.toString()).matches(Json.parse(LABELS)))
                .as("printed as %s", selector)
                .isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=",
                ",",
                "a,",
                "a=b=c",
                "a in",
                "a in ()x",
                "a in (b",
                "a b",
                "a>x",
                "-a=b",
                "a=-b",
                "a!b",
                "!",
                "a/b/c=d",
                "A_B!",
                "a=(b)",
                "!a=b"
            })
    void malformedLabelSelectorsAreRefused(String text) {
        assertThatThrownBy(() -> LabelSelector.parse(text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            textBlock =
                    """
                    {}                                                                      | true
                    {"matchLabels":{"app":"web"}}                                           | true
                    {"matchLabels":{"app":"web","tier":"b"}}                                | false
                    {"matchExpressions":[{"key":"app","operator":"In","values":["web"]}]}   | true
                    {"matchExpressions":[{"key":"app","operator":"NotIn","values":["web"]}]} | false
                    {"matchExpressions":[{"key":"nope","operator":"Exists"}]}               | false
                    {"matchExpressions":[{"key":"nope","operator":"DoesNotExist"}]}         | true
                    """)
    void labelSelectorObjectsMatch(String json, boolean matches) {
        assertThat(LabelSelector.of(Json.parse(json)).matches(Json.parse(LABELS)))
                .isEqualTo(matches);
    }

    @Test
    void labelSelectorObjectsWithUnknownOperatorsAreRefused() {
        assertThatThrownBy(() ->
                        LabelSelector.of(
                                Json.parse(
                                        "{\"matchExpressions\":[{\"key\":\"a\",\"operator\":"
                                                + "\"Like\"}]}")))
                .hasMessage("\"Like\" is not a valid label selector operator");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ''                                          | true
                    metadata.name=p                             | true
                    metadata.name==p                            | true
                    metadata.name!=p                            | false
                    status.phase!=Running,spec.nodeName=node-1  | true
                    spec.nodeName=                              | false
                    spec.hostNetwork=false                      | true
                    status.podIP=                               | true
                    metadata.namespace=default,metadata.name=q  | false
                    """)
    void fieldSelectorsMatchAsUpstream(String text, boolean selects) {
        String pod =
                "{\"metadata\":{\"name\":\"p\",\"namespace\":\"default\"},"
                        + "\"spec\":{\"nodeName\":\"node-1\"},\"status\":{\"phase\":\"Pending\"}}";
        assertThat(FieldSelector.parse(text, Kinds.PODS).selects(Json.parse(pod)))
                .isEqualTo(selects);
    }

    @Test
    void fieldSelectorsKnowTheFieldsOfTheKind() {
        assertThatThrownBy(() -> FieldSelector.parse("spec.foo=1", Kinds.PODS))
                .hasMessage("field label not supported: spec.foo");
        assertThatThrownBy(() -> FieldSelector.parse("metadata.namespace=x", Kinds.NODES))
                .hasMessage("field label not supported: metadata.namespace");
        assertThatThrownBy(() -> FieldSelector.parse("metadata.name", Kinds.PODS))
                .hasMessage("invalid selector: 'metadata.name'; can't understand 'metadata.name'");
        assertThat(FieldSelector.parse("spec.nodeName=n,status.phase!=x").required("spec.nodeName"))
                .contains("n");
    }

    @Test
    void fieldSelectorsOfEventsReachIntoTheSource() {
        String event = "{\"source\":{\"component\":\"kubelet\"},\"reason\":\"a=b,c\"}";
        assertThat(
                        FieldSelector.parse("source=kubelet,reason=a\\=b\\,c", Kinds.EVENTS)
                                .selects(Json.parse(event)))
                .isTrue();
    }

    @Test
    void randomTextsAreParsedOrRefusedAndNothingElse() {
        long seed = Seeds.next();
        Random random = new Random(seed);
        String alphabet = "ab/.-_=!,()<> in\\notin\t1";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                LabelSelector selector = LabelSelector.parse(text.toString());
                assertThat(LabelSelector.parse(selector.toString()))
                        .as("seed %d: %s", seed, text)
                        .hasToString(selector.toString());
            } catch (IllegalArgumentException refused) {
                assertThat(refused.getMessage()).isNotEmpty();
            }
            try {
                FieldSelector selector = FieldSelector.parse(text.toString());
                assertThat(FieldSelector.parse(selector.toString()))
                        .as("seed %d: %s", seed, text)
                        .hasToString(selector.toString());
            } catch (IllegalArgumentException refused) {
                assertThat(refused.getMessage()).isNotEmpty();
            }
        }
    }
}
