package io.biplane.cli.validate;

import io.biplane.cli.validate.Finding.Failed;
import io.biplane.cli.validate.Finding.NotBuilt;
import io.biplane.cli.validate.Finding.Passed;
import io.biplane.cli.validate.Finding.Skipped;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Findings of the form "target from place" as a table: a row a target, a column a place. */
final class Matrix {
    private Matrix() {}

    /** The table, then a line for every ✗ with its reason. */
    static List<String> lines(List<Finding> findings) {
        Set<String> places = new LinkedHashSet<>();
        Map<String, Map<String, Finding>> rows = new LinkedHashMap<>();
        for (Finding finding : findings) {
            int at = finding.subject().lastIndexOf(Report.FROM);
            String target = finding.subject().substring(0, at);
            String place = finding.subject().substring(at + Report.FROM.length());
            places.add(place);
            rows.computeIfAbsent(target, _ -> new LinkedHashMap<>()).put(place, finding);
        }
        int width = rows.keySet().stream().mapToInt(String::length).max().orElse(0);
        List<String> lines = new ArrayList<>();
        lines.add(" ".repeat(width) + "  " + String.join("  ", places));
        rows.forEach((target, row) -> lines.add(row(target, width, row, places)));
        for (Finding finding : findings) {
            if (finding.outcome() instanceof Failed(String reason)) {
                lines.add("✗ %s: %s".formatted(finding.subject(), reason));
            }
        }
        return lines;
    }

    private static String row(
            String target, int width, Map<String, Finding> row, Set<String> places) {
        StringBuilder line = new StringBuilder(target).repeat(' ', width - target.length());
        for (String place : places) {
            String mark = mark(row.get(place));
            int left = (place.length() - 1) / 2;
            line.append("  ").repeat(' ', left).append(mark).repeat(' ', place.length() - 1 - left);
        }
        return line.toString().stripTrailing();
    }

    /** A dot stands for what cannot be expected to answer from there. */
    private static String mark(@org.jspecify.annotations.Nullable Finding finding) {
        if (finding == null) {
            return "·";
        }
        return switch (finding.outcome()) {
            case Passed _ -> "✓";
            case Failed _ -> "✗";
            case Skipped _ -> "-";
            case NotBuilt _ -> "?";
        };
    }
}
