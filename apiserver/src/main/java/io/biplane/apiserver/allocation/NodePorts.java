package io.biplane.apiserver.allocation;

import io.biplane.api.Json;
import io.biplane.netip.TransportProtocol;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Many node ports. As a claim writes them: by protocol, numbers and runs of numbers, such as {@code
 * "TCP": "30000-30199,30210"}. Not changed after it was made.
 */
final class NodePorts {
    static final NodePorts NONE = of(List.of());

    /** Numbers of one protocol that follow each other, or as good as: both ends included. */
    record Run(TransportProtocol protocol, int first, int last) {}

    private final Map<TransportProtocol, BitSet> numbers = new EnumMap<>(TransportProtocol.class);

    private NodePorts() {
        for (TransportProtocol protocol : TransportProtocol.values()) {
            numbers.put(protocol, new BitSet());
        }
    }

    static NodePorts of(Collection<NodePort> ports) {
        NodePorts made = new NodePorts();
        ports.forEach(port -> made.of(port.protocol()).set(port.number()));
        return made;
    }

    /** All ports that are in any of these. */
    static NodePorts union(Collection<NodePorts> several) {
        NodePorts made = new NodePorts();
        several.forEach(each -> each.numbers.forEach((p, bits) -> made.of(p).or(bits)));
        return made;
    }

    private BitSet of(TransportProtocol protocol) {
        return numbers.getOrDefault(protocol, new BitSet());
    }

    /** The numbers of a protocol; of the caller's own. */
    BitSet numbers(TransportProtocol protocol) {
        return (BitSet) of(protocol).clone();
    }

    boolean contains(NodePort port) {
        return of(port.protocol()).get(port.number());
    }

    void forEach(Consumer<NodePort> each) {
        numbers.forEach((protocol, bits) ->
                bits.stream().forEach(number -> each.accept(new NodePort(protocol, number))));
    }

    /**
     * At most so many runs, at least one for each protocol, that all ports are in; ports that are
     * not in may come along, those in the smallest gaps first.
     */
    List<Run> cover(int most) {
        List<Run> runs = new ArrayList<>();
        numbers.forEach((protocol, bits) -> {
            for (int first = bits.nextSetBit(0); first >= 0; ) {
                int end = bits.nextClearBit(first);
                runs.add(new Run(protocol, first, end - 1));
                first = bits.nextSetBit(end);
            }
        });
        List<Integer> gaps = new ArrayList<>();
        for (int i = 1; i < runs.size(); i++) {
            if (runs.get(i).protocol == runs.get(i - 1).protocol) {
                gaps.add(i);
            }
        }
        gaps.sort(Comparator.comparingInt(i -> runs.get(i).first - runs.get(i - 1).last));
        int tooMany = Math.clamp(runs.size() - most, 0, gaps.size());
        BitSet closed = new BitSet();
        gaps.subList(0, tooMany).forEach(closed::set);
        List<Run> merged = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            Run run = runs.get(i);
            if (closed.get(i)) {
                Run before = merged.removeLast();
                merged.add(new Run(run.protocol, before.first, run.last));
            } else {
                merged.add(run);
            }
        }
        return merged;
    }

    /** As a claim writes them. */
    ObjectNode json() {
        Map<TransportProtocol, StringBuilder> texts = new EnumMap<>(TransportProtocol.class);
        for (Run run : cover(Integer.MAX_VALUE)) {
            StringBuilder text = texts.computeIfAbsent(run.protocol, _ -> new StringBuilder());
            text.append(text.isEmpty() ? "" : ",").append(run.first);
            if (run.last > run.first) {
                text.append('-').append(run.last);
            }
        }
        ObjectNode json = Json.object();
        texts.forEach((protocol, text) -> json.put(protocol.name(), text.toString()));
        return json;
    }

    /**
     * Reads what {@link #json} has written.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static NodePorts read(JsonNode json) {
        NodePorts made = new NodePorts();
        json.properties()
                .forEach(field -> {
                    BitSet bits = made.of(TransportProtocol.valueOf(field.getKey()));
                    for (String run : field.getValue().stringValue("").split(",", -1)) {
                        int dash = run.indexOf('-');
                        int first = Integer.parseInt(dash < 0 ? run : run.substring(0, dash));
                        int last = dash < 0 ? first : Integer.parseInt(run.substring(dash + 1));
                        bits.set(first, last + 1);
                    }
                });
        return made;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NodePorts ports && numbers.equals(ports.numbers);
    }

    @Override
    public int hashCode() {
        return numbers.hashCode();
    }

    @Override
    public String toString() {
        return Json.text(json());
    }
}
