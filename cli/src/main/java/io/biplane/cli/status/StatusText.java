package io.biplane.cli.status;

import io.biplane.api.Json;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.function.Function;

/** The status of a cluster as people and as programs read it. Pure. */
final class StatusText {
    private static final int WIDEST = 44;

    private StatusText() {}

    /** One aligned line each, what is wrong with ✗, and their sum. */
    static String of(List<Line> lines) {
        String row =
                "  %%s %%-%ds  %%-%ds  %%s%%n"
                        .formatted(width(lines, Line::subject), width(lines, Line::state));
        StringBuilder text = new StringBuilder();
        for (Line line : lines) {
            String mark = line.right() ? "✓" : "✗";
            text.append(
                    row.formatted(mark, line.subject(), line.state(), line.detail())
                            .stripTrailing());
            text.append('\n');
        }
        long wrong = lines.stream().filter(line -> !line.right()).count();
        return text.append(
                        wrong == 0
                                ? "all is well\n"
                                : "%d of %d are not right\n".formatted(wrong, lines.size()))
                .toString();
    }

    private static int width(List<Line> lines, Function<Line, String> column) {
        int longest = lines.stream().map(column).mapToInt(String::length).max().orElse(1);
        return Math.clamp(longest, 1, WIDEST);
    }

    static String json(String cluster, List<Line> lines) {
        ObjectNode json = Json.object().put("cluster", cluster);
        json.put("healthy", lines.stream().allMatch(Line::right));
        ArrayNode array = json.putArray("items");
        for (Line line : lines) {
            array.addObject()
                    .put("kind", line.kind())
                    .put("subject", line.subject())
                    .put("healthy", line.right())
                    .put("state", line.state())
                    .put("detail", line.detail());
        }
        return json.toPrettyString();
    }
}
