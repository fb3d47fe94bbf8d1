package io.biplane.api.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.FieldError;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.Strategy;
import io.biplane.api.kind.Kinds;
import io.biplane.api.registry.KindRegistry;
import io.biplane.api.registry.Strategies;
import io.biplane.api.service.ServiceCluster;
import io.biplane.api.type.ApiField;
import io.biplane.api.type.ApiType;
import io.biplane.api.type.Decoder;
import io.biplane.api.type.FieldValidation;
import io.biplane.api.type.Presence;
import io.biplane.api.type.TypeRegistry;
import io.biplane.api.type.ValueType;
import io.biplane.netip.IpFamily;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * {@code ""} in a text that is a pointer upstream is not the same as no text: each such field of
 * every kind has a row in empty-strings.txt, which says what upstream makes of it.
 */
class EmptyStringsTest {
    private static final Strategies ALL =
            new Strategies(
                    new KindRegistry(Kinds.BUILT_IN),
                    new ServiceCluster(List.of(IpFamily.IPV4, IpFamily.IPV6), true));

    /**
     * A line of the table.
     *
     * @param field type and field
     * @param faults upstream's; empty where it takes the empty text
     */
    record Row(String kind, String field, String json, String faults) {
        static Row parse(String line) {
            String[] cells = line.split(" \\| ?", -1);
            if (cells.length != 4) {
                throw new IllegalArgumentException("four cells expected: " + line);
            }
            return new Row(cells[0], cells[1], cells[2], cells[3]);
        }

        Resource resource() {
            return Kinds.BUILT_IN.resources().stream()
                    .filter(r -> r.kind().equals(kind))
                    .findFirst()
                    .orElseThrow();
        }

        @Override
        public String toString() {
            return kind + " " + field;
        }
    }

    static List<Row> rows() throws IOException {
        try (InputStream in = EmptyStringsTest.class.getResourceAsStream("empty-strings.txt")) {
            String text =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            return text.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(Row::parse)
                    .toList();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void anEmptyStringIsNotAbsence(Row row) {
        Resource resource = row.resource();
        ObjectNode object = Json.parseObject(row.json);
        ObjectNode metadata = Json.child(object, "metadata").put("name", "x");
        if (resource.namespaced()) {
            metadata.put("namespace", "default");
        }
        Decoder.decode(object, resource.apiVersion(), resource.kind(), FieldValidation.STRICT);
        assertThat(faults(ALL.of(resource), object)).isEqualTo(row.faults);
    }

    private static String faults(Strategy strategy, ObjectNode object) {
        try {
            List<FieldError> errors = new ArrayList<>(List.of());
            ObjectNode sent = object.deepCopy();
            strategy.applyDefaults(object);
            strategy.prepareForCreate(object);
            errors.addAll(strategy.validate(object));
            if (sent.path("status").size() > 1
                    || !sent.at("/status/loadBalancer/ingress").isEmpty()) {
                strategy.prepareForStatusUpdate(sent, object);
                errors.addAll(strategy.validateStatusUpdate(sent, object));
            }
            return errors.stream().map(FieldError::toString).collect(Collectors.joining("; "));
        } catch (StatusException e) {
            return e.text().replaceFirst("^.* is invalid: ", "");
        }
    }

    @Test
    void everySuchFieldOfEveryKindHasARow() throws IOException {
        Set<String> fields = new TreeSet<>();
        Set<String> seen = new TreeSet<>();
        for (Resource resource : Kinds.BUILT_IN.resources()) {
            collect(
                    TypeRegistry.get().ofKind(resource.apiVersion(), resource.kind()).orElseThrow(),
                    seen,
                    fields);
        }
        Set<String> rows = new TreeSet<>();
        rows().forEach(row -> rows.add(row.field));
        assertThat(rows).isEqualTo(fields);
    }

    private static void collect(ApiType type, Set<String> seen, Set<String> fields) {
        if (!seen.add(type.name())) {
            return;
        }
        for (ApiField field : type.fields()) {
            if (field.presence() == Presence.IF_GIVEN && field.type() == ValueType.Scalar.STRING) {
                // Of two types with one name the group tells which.
                String[] parts = type.name().split("\\.", -1);
                fields.add(parts[parts.length - 3] + "." + type.simpleName() + "." + field.name());
            }
            ref(field.type()).ifPresent(ref -> collect(TypeRegistry.get().type(ref), seen, fields));
        }
    }

    private static Optional<ValueType.Ref> ref(ValueType type) {
        return switch (type) {
            case ValueType.Ref ref -> Optional.of(ref);
            case ValueType.ListOf list -> ref(list.element());
            case ValueType.MapOf map -> ref(map.value());
            case ValueType.Scalar _ -> Optional.empty();
        };
    }
}
