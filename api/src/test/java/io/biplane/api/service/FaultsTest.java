package io.biplane.api.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.patch.MergePatch;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The faults of Services in upstream's words, a row for each rule (faults.txt), in a cluster with
 * both families, IPv4 first. The faults of families, and what comes of good families, have tables
 * of their own ({@link CreateTablesTest}, {@link UpdateTest}).
 */
class FaultsTest {
    private static final String SENT = "{'selector':{'app':'a'},'ports':[{'port':80}]}";
    private static final String COMPLETE =
            """
            {'type':'ClusterIP','sessionAffinity':'None','internalTrafficPolicy':'Cluster',
            'clusterIP':'10.96.0.1','clusterIPs':['10.96.0.1'],'ipFamilies':['IPv4'],
            'ipFamilyPolicy':'SingleStack','selector':{'app':'a'},
            'ports':[{'port':80,'protocol':'TCP','targetPort':80}]}
            """;

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvFileSource(
            resources = "faults.txt",
            delimiter = '|',
            commentCharacter = '#',
            maxCharsPerColumn = 10_000)
    void everyRule(String way, @Nullable String before, String patch, @Nullable String expected) {
        assertThat(faults(way, before == null ? "{}" : before, patch))
                .isEqualTo(expected == null ? "" : expected);
    }

    private static String faults(String way, String before, String patch) {
        Pipeline pipeline = Pipeline.V4_V6;
        try {
            switch (way) {
                case "create" -> pipeline.create(service(SENT, patch));
                case "update" -> {
                    ObjectNode stored = pipeline.create(service(SENT, before));
                    pipeline.update(stored, changed(stored, "spec", patch));
                }
                case "status" -> {
                    ObjectNode stored = pipeline.create(service(SENT, before));
                    pipeline.updateStatus(stored, changed(stored, "status", patch));
                }
                case "new" -> {
                    return text(pipeline.strategy().validate(service(COMPLETE, patch)));
                }
                case "changed" -> {
                    ObjectNode stored = service(COMPLETE, before);
                    ObjectNode now = changed(stored, "spec", patch);
                    return text(pipeline.strategy().validateUpdate(now, stored));
                }
                default -> throw new IllegalArgumentException(way);
            }
            return "";
        } catch (StatusException e) {
            return Fields.at(e.toStatus(), "details", "causes")
                    .valueStream()
                    .map(c -> Fields.string(c, "field") + ": " + Fields.string(c, "message"))
                    .collect(Collectors.joining("; "));
        }
    }

    private static String text(List<FieldError> errors) {
        return errors.stream().map(FieldError::toString).collect(Collectors.joining("; "));
    }

    private static ObjectNode service(String base, String patch) {
        ObjectNode service = Json.object();
        service.putObject("metadata").put("name", "s").put("namespace", "default");
        service.set("spec", Json.parse(base.replace('\'', '"')));
        return changed(service, "spec", patch);
    }

    private static ObjectNode changed(ObjectNode service, String part, String patch) {
        ObjectNode changes = Json.object();
        changes.set(part, Json.parse(patch));
        return MergePatch.apply(service, changes);
    }
}
