package io.biplane.controllers.endpoints;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.view.EndpointSliceView;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Puts the endpoints of one family and one port list into slices with few writes: what is in a
 * slice stays there, new ones go first where something changes anyway. Nothing is moved for
 * tidiness. Pure.
 */
final class SlicePacking {
    /**
     * A slice to be.
     *
     * @param present the slice as it is; empty for a new one
     * @param endpoints what it shall hold
     */
    record Slice(
            Optional<EndpointSliceView> present,
            List<EndpointPort> ports,
            List<ObjectNode> endpoints) {

        ArrayNode endpointsJson() {
            ArrayNode array = Json.array();
            endpoints.forEach(array::add);
            return array;
        }

        ArrayNode portsJson() {
            ArrayNode array = Json.array();
            ports.forEach(port -> array.add(port.toSlice()));
            return array;
        }
    }

    private static final class Box {
        final EndpointSliceView slice;
        final List<ObjectNode> endpoints = new ArrayList<>();
        boolean changed;

        Box(EndpointSliceView slice) {
            this.slice = slice;
        }
    }

    private final List<EndpointPort> ports;
    private final int max;

    private SlicePacking(List<EndpointPort> ports, int max) {
        this.ports = ports;
        this.max = max;
    }

    /**
     * All slices of a family.
     *
     * @param groups the wanted endpoints by port list
     * @param present the slices of that family that there are
     * @param max endpoints in a slice
     * @return the slices that there shall be; present slices that are not among them go
     */
    static List<Slice> pack(
            Map<List<EndpointPort>, List<ObjectNode>> groups,
            List<EndpointSliceView> present,
            int max) {
        Map<List<EndpointPort>, List<EndpointSliceView>> byPorts = new LinkedHashMap<>();
        present.stream()
                .sorted(Comparator.comparing(EndpointSliceView::name))
                .forEach(slice ->
                        byPorts.computeIfAbsent(
                                        EndpointPort.ofSlice(slice.json()), _ -> new ArrayList<>())
                                .add(slice));
        List<Slice> slices = new ArrayList<>();
        groups.forEach((ports, endpoints) ->
                slices.addAll(
                        new SlicePacking(ports, max)
                                .pack(endpoints, byPorts.getOrDefault(ports, List.of()))));
        if (slices.isEmpty()) {
            slices.add(placeholder(present));
        }
        return slices;
    }

    /** A family without endpoints has one empty slice, so that its absence can be told from lag. */
    private static Slice placeholder(List<EndpointSliceView> present) {
        Optional<EndpointSliceView> kept =
                present.stream()
                        .min(
                                Comparator.comparingInt(
                                                (EndpointSliceView s) -> s.endpoints().size())
                                        .thenComparing(EndpointSliceView::name));
        return new Slice(kept, List.of(), List.of());
    }

    private List<Slice> pack(List<ObjectNode> wanted, List<EndpointSliceView> present) {
        Map<String, ObjectNode> missing = new LinkedHashMap<>();
        wanted.forEach(endpoint -> missing.put(identity(endpoint), endpoint));
        List<Box> boxes = present.stream().map(slice -> keep(slice, missing)).toList();
        List<ObjectNode> rest = new ArrayList<>(missing.values());
        boxes.stream()
                .filter(box -> box.changed && !box.endpoints.isEmpty())
                .sorted(Comparator.comparingInt((Box box) -> -box.endpoints.size()))
                .forEach(box -> fill(box, rest));
        List<Slice> slices = new ArrayList<>();
        while (rest.size() >= max) {
            slices.add(new Slice(Optional.empty(), ports, takeFirst(rest, max)));
        }
        if (!rest.isEmpty()) {
            Optional<Box> roomy = smallestRoomFor(boxes, rest.size());
            roomy.ifPresentOrElse(
                    box -> fill(box, rest),
                    () -> slices.add(new Slice(Optional.empty(), ports, List.copyOf(rest))));
        }
        for (Box box : boxes) {
            if (!box.endpoints.isEmpty()) {
                slices.add(new Slice(Optional.of(box.slice), ports, box.endpoints));
            }
        }
        return slices;
    }

    /** What of a slice is still wanted, in its order; takes that out of {@code missing}. */
    private static Box keep(EndpointSliceView slice, Map<String, ObjectNode> missing) {
        Box box = new Box(slice);
        for (JsonNode endpoint : Fields.list(slice.json(), "endpoints")) {
            ObjectNode wanted = missing.remove(identity(endpoint));
            box.changed |= !endpoint.equals(wanted);
            if (wanted != null) {
                box.endpoints.add(wanted);
            }
        }
        return box;
    }

    private Optional<Box> smallestRoomFor(List<Box> boxes, int count) {
        return boxes.stream()
                .filter(box -> max - box.endpoints.size() >= count)
                .max(Comparator.comparingInt(box -> box.endpoints.size()));
    }

    private void fill(Box box, List<ObjectNode> rest) {
        int room = Math.min(max - box.endpoints.size(), rest.size());
        if (room > 0) {
            box.endpoints.addAll(takeFirst(rest, room));
            box.changed = true;
        }
    }

    private static List<ObjectNode> takeFirst(List<ObjectNode> rest, int count) {
        List<ObjectNode> head = rest.subList(0, count);
        List<ObjectNode> taken = List.copyOf(head);
        head.clear();
        return taken;
    }

    /** Address and Pod: two Pods may follow each other on one address. */
    private static String identity(JsonNode endpoint) {
        Set<String> parts = new LinkedHashSet<>(Fields.texts(endpoint, "addresses"));
        parts.add(Fields.text(endpoint, "targetRef", "uid"));
        return String.join(" ", parts);
    }
}
