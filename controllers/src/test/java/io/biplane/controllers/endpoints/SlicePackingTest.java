package io.biplane.controllers.endpoints;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.view.EndpointSliceView;
import io.biplane.controllers.endpoints.SlicePacking.Slice;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

class SlicePackingTest {
    private static final List<EndpointPort> PORTS =
            List.of(new EndpointPort("http", "TCP", 80, ""));

    /**
     * Slices are written as {@code name=endpoints}, a new one as {@code new}; digits are endpoints.
     */
    @ParameterizedTest
    @CsvSource({
        // present,           wanted,  max, afterwards
        "'',                  '',       3, 'new='",
        "'',                  1234567,  3, 'new=123 new=456 new=7'",
        "'a=123 b=45',        12345,    3, 'a=123 b=45'",
        "'a=123 b=45',        123456,   3, 'a=123 b=456'",
        "'a=123 b=45',        1345,     3, 'a=13 b=45'",
        "'a=123 b=45',        13456,    3, 'a=136 b=45'",
        "'a=123 b=45',        1234567,  3, 'a=123 b=45 new=67'",
        "'a=12 b=3',          12345,    4, 'a=1245 b=3'",
        "'a=123 b=45',        45,       3, 'b=45'",
        "'a=123 b=45',        '',       3, 'b='",
        "'a=123 b=45',        12345678, 3, 'a=123 b=45 new=678'",
    })
    void writesFewSlices(String present, String wanted, int max, String afterwards) {
        List<Slice> slices = SlicePacking.pack(groups(PORTS, wanted), slices(PORTS, present), max);
        assertThat(show(slices)).isEqualTo(afterwards);
    }

    @Test
    void keepsPortListsApart() {
        List<EndpointPort> other = List.of(new EndpointPort("http", "TCP", 8080, ""));
        Map<List<EndpointPort>, List<ObjectNode>> groups = groups(PORTS, "12");
        groups.putAll(groups(other, "34"));
        List<Slice> slices = SlicePacking.pack(groups, slices(PORTS, "a=1234"), 100);
        assertThat(slices.stream().collect(Collectors.groupingBy(Slice::ports)).keySet())
                .containsExactlyInAnyOrder(PORTS, other);
        assertThat(slices).filteredOn(s -> s.ports().equals(PORTS)).hasSize(1);
    }

    /** Whatever came before, each wanted endpoint is in one slice, and no slice is too long. */
    @Test
    void holdsEachEndpointOnceAfterAnyHistory() {
        long seed = 7;
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            int max = 1 + random.nextInt(5);
            String state = "";
            for (int step = 0; step < 10; step++) {
                String wanted =
                        IntStream.range(0, 9)
                                .filter(_ -> random.nextBoolean())
                                .mapToObj(Integer::toString)
                                .collect(Collectors.joining());
                List<Slice> slices =
                        SlicePacking.pack(groups(PORTS, wanted), slices(PORTS, state), max);
                String all =
                        slices.stream()
                                .flatMap(s -> s.endpoints().stream())
                                .map(SlicePackingTest::name)
                                .sorted()
                                .collect(Collectors.joining());
                assertThat(all).as("seed %d round %d step %d", seed, round, step).isEqualTo(wanted);
                assertThat(slices)
                        .allSatisfy(s -> assertThat(s.endpoints()).hasSizeLessThanOrEqualTo(max));
                state = named(slices, round + "x" + step);
            }
        }
    }

    private static String named(List<Slice> slices, String prefix) {
        List<String> parts = new ArrayList<>();
        for (Slice slice : slices) {
            String name =
                    slice.present()
                            .map(EndpointSliceView::name)
                            .orElse(prefix + "y" + parts.size());
            parts.add(name + "=" + names(slice));
        }
        return String.join(" ", parts);
    }

    private static Map<List<EndpointPort>, List<ObjectNode>> groups(
            List<EndpointPort> ports, String wanted) {
        Map<List<EndpointPort>, List<ObjectNode>> groups = new LinkedHashMap<>();
        if (!wanted.isEmpty()) {
            groups.put(ports, wanted.chars().mapToObj(c -> endpoint((char) c)).toList());
        }
        return groups;
    }

    private static ObjectNode endpoint(char name) {
        ObjectNode endpoint = Json.object();
        endpoint.putArray("addresses").add("10.0.0." + name);
        endpoint.putObject("targetRef").put("uid", String.valueOf(name));
        return endpoint;
    }

    private static List<EndpointSliceView> slices(List<EndpointPort> ports, String text) {
        List<EndpointSliceView> slices = new ArrayList<>();
        for (String part : text.isEmpty() ? new String[0] : text.split(" ")) {
            ObjectNode slice = Json.object().put("addressType", "IPv4");
            slice.putObject("metadata").put("name", part.substring(0, part.indexOf('=')));
            ArrayNode endpoints = slice.putArray("endpoints");
            part.substring(part.indexOf('=') + 1)
                    .chars()
                    .forEach(c -> endpoints.add(endpoint((char) c)));
            ArrayNode list = slice.putArray("ports");
            ports.forEach(port -> list.add(port.toSlice()));
            slices.add(EndpointSliceView.of(slice));
        }
        return slices;
    }

    private static String show(List<Slice> slices) {
        Map<String, String> present = new TreeMap<>();
        TreeSet<String> fresh = new TreeSet<>();
        for (Slice slice : slices) {
            slice.present()
                    .ifPresentOrElse(
                            s -> present.put(s.name(), s.name() + "=" + names(slice)),
                            () -> fresh.add("new=" + names(slice)));
        }
        List<String> all = new ArrayList<>(present.values());
        all.addAll(fresh);
        return String.join(" ", all);
    }

    private static String names(Slice slice) {
        return slice.endpoints().stream().map(SlicePackingTest::name).collect(Collectors.joining());
    }

    private static String name(ObjectNode endpoint) {
        return Fields.text(endpoint, "targetRef", "uid");
    }
}
