package io.biplane.api.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Json;
import io.biplane.api.kind.Kinds;
import io.biplane.api.registry.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Who sets a field that nothing acts on is told so, by field; who does not is left in peace. */
class NotBuiltTest {
    private static Kind kind(String name) {
        return Kinds.BUILT_IN.kinds().stream()
                .filter(k -> k.resource().kind().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvFileSource(
            resources = "not-built.txt",
            delimiter = '|',
            quoteCharacter = '~',
            commentCharacter = '#',
            maxCharsPerColumn = 10_000)
    void eachFieldThatIsSetIsWarnedOf(String kind, String json, String fields) {
        List<String> warnings = kind(kind).notBuilt().warnings(Json.parseObject(json));
        assertThat(warnings.stream().map(w -> w.substring(0, w.indexOf(": "))))
                .containsExactly(fields == null ? new String[0] : fields.split(" ", -1));
        // What does not happen, in a sentence, and not only that something does not.
        assertThat(warnings).allSatisfy(w -> assertThat(w.split(" ", -1)).hasSizeGreaterThan(6));
    }

    @Test
    void everyRowHasAnExample() throws IOException {
        Set<String> rows = new TreeSet<>();
        for (Kind kind : Kinds.BUILT_IN.kinds()) {
            NotBuilt table = kind.notBuilt();
            table.rows().forEach(row -> rows.add(kind.resource().kind() + " " + full(table, row)));
        }
        Set<String> shown = new TreeSet<>();
        try (InputStream in = NotBuiltTest.class.getResourceAsStream("not-built.txt")) {
            new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" \\| ?", -1))
                    .filter(cells -> !cells[2].isEmpty())
                    .forEach(cells -> {
                        for (String field : cells[2].split(" ", -1)) {
                            shown.add(cells[0] + " " + field.replaceAll("\\[\\d+]", "[]"));
                        }
                    });
        }
        assertThat(shown).isEqualTo(rows);
    }

    private static String full(NotBuilt table, NotBuilt.Row row) {
        String base = String.join(".", table.base());
        return base.isEmpty() ? row.path().toString() : base + "." + row.path();
    }

    @Test
    void theTextSaysWhatToDo() {
        ObjectNode service = Json.parseObject("{\"spec\":{\"ports\":[{\"protocol\":\"SCTP\"}]}}");
        assertThat(NotBuilt.SERVICES.warnings(service))
                .containsExactly(
                        "spec.ports[0].protocol: Biplane's kube-proxy does not forward SCTP yet (use TCP or UDP)");
    }
}
