package io.biplane.cli.validate;

import io.biplane.api.Json;
import io.biplane.cli.validate.Finding.Failed;
import io.biplane.cli.validate.Finding.NotBuilt;
import io.biplane.cli.validate.Finding.Passed;
import io.biplane.cli.validate.Finding.Skipped;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** All findings, for a person and for a program. */
final class Report {
    /** Some ✗. */
    static final int FAULTY = 1;

    /** No ✗, but steps that cannot be run yet were not skipped. */
    static final int INCOMPLETE = 3;

    /** Between what was connected to and from where, in a finding's subject. */
    static final String FROM = " from ";

    private final List<Finding> findings = new ArrayList<>();

    void add(List<Finding> more) {
        findings.addAll(more);
    }

    List<Finding> findings() {
        return List.copyOf(findings);
    }

    /** The command's exit code: 0, {@link #FAULTY} or {@link #INCOMPLETE}. */
    int exitCode() {
        if (findings.stream().anyMatch(Finding::hasFailed)) {
            return FAULTY;
        }
        boolean incomplete = findings.stream().anyMatch(f -> f.outcome() instanceof NotBuilt);
        return incomplete ? INCOMPLETE : 0;
    }

    /** One line a finding, steps in their order, then the sum. */
    String toText() {
        StringBuilder text = new StringBuilder();
        Map<String, List<Finding>> steps =
                findings.stream()
                        .collect(
                                Collectors.groupingBy(
                                        Finding::step, LinkedHashMap::new, Collectors.toList()));
        steps.forEach((step, ofStep) -> {
            text.append(step).append('\n');
            boolean matrix = ofStep.stream().allMatch(f -> f.subject().contains(FROM));
            (matrix ? Matrix.lines(ofStep) : ofStep.stream().map(Report::line).toList())
                    .forEach(line -> text.append("  ").append(line).append('\n'));
        });
        return text.append(sum()).append('\n').toString();
    }

    private static String line(Finding finding) {
        return switch (finding.outcome()) {
            case Passed(String seen) -> "✓ %-44s %s".formatted(finding.subject(), seen);
            case Failed(String reason) -> "✗ %-44s %s".formatted(finding.subject(), reason);
            case Skipped(String reason) ->
                    "- %-44s skipped: %s".formatted(finding.subject(), reason);
            case NotBuilt(String what) ->
                    "? %-44s not built yet: %s".formatted(finding.subject(), what);
        };
    }

    private String sum() {
        long passed = findings.stream().filter(f -> f.outcome() instanceof Passed).count();
        long failed = findings.stream().filter(Finding::hasFailed).count();
        long skipped = findings.stream().filter(f -> f.outcome() instanceof Skipped).count();
        long notBuilt = findings.stream().filter(f -> f.outcome() instanceof NotBuilt).count();
        return "%d ✓, %d ✗, %d skipped, %d not built yet"
                .formatted(passed, failed, skipped, notBuilt);
    }

    /** The same for a program. */
    String toJson() {
        ObjectNode json = Json.object();
        ArrayNode array = json.putArray("findings");
        for (Finding finding : findings) {
            ObjectNode node = array.addObject();
            node.put("step", finding.step()).put("subject", finding.subject());
            switch (finding.outcome()) {
                case Passed(String seen) -> node.put("outcome", "passed").put("seen", seen);
                case Failed(String reason) -> node.put("outcome", "failed").put("reason", reason);
                case Skipped(String reason) -> node.put("outcome", "skipped").put("reason", reason);
                case NotBuilt(String what) -> node.put("outcome", "notBuilt").put("needs", what);
            }
        }
        json.put("exitCode", exitCode());
        return json.toPrettyString();
    }
}
