package io.biplane.cli.status;

import io.biplane.cli.cluster.ProcessState;

import java.time.Duration;
import java.util.List;

/** The processes of a cluster. */
final class ProcessLines {
    private static final String KIND = "process";

    private ProcessLines() {}

    static List<Line> of(List<ProcessState> processes) {
        return processes.stream().map(ProcessLines::line).toList();
    }

    private static Line line(ProcessState process) {
        String often =
                process.restartsInARow() == 0
                        ? ""
                        : ", started again %d times in a row".formatted(process.restartsInARow());
        if (process.process().isEmpty()) {
            String next =
                    process.nextStart().isZero()
                            ? ""
                            : ", once more in %d s".formatted(seconds(process.nextStart()));
            return new Line(
                    KIND,
                    process.component(),
                    false,
                    "DOWN",
                    "ended%s%s; log %s (biplane up starts it)"
                            .formatted(often, next, process.log()));
        }
        String pid = "pid %d%s".formatted(process.process().get().pid(), often);
        if (!process.answers()) {
            return new Line(
                    KIND,
                    process.component(),
                    false,
                    "SILENT",
                    "%s, does not answer: stopped or overloaded; log %s"
                            .formatted(pid, process.log()));
        }
        return process.waitsFor().isEmpty()
                ? new Line(KIND, process.component(), true, "running", pid)
                : new Line(
                        KIND,
                        process.component(),
                        false,
                        "WAITING",
                        "%s, waits for %s; log %s"
                                .formatted(pid, process.waitsFor(), process.log()));
    }

    private static long seconds(Duration duration) {
        return Math.max(1, duration.toSeconds());
    }
}
