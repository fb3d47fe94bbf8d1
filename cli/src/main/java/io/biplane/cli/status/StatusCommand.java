package io.biplane.cli.status;

import io.biplane.cli.cluster.ClusterReference;
import io.biplane.cli.cluster.ClusterSpec;
import io.biplane.cli.cluster.ProcessState;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code biplane status}: what runs of a cluster, and what is dead or damaged. */
@Command(
        name = "status",
        description = {
            "What runs of a cluster: its processes, its nodes, and what the kernel holds for them, compared with what it"
                    + " should hold.",
            "Exit code 1 when something is dead or damaged; each such thing is named."
        },
        mixinStandardHelpOptions = true)
public final class StatusCommand implements Callable<Integer> {
    private enum Format {
        TEXT,
        JSON
    }

    @Mixin private ClusterReference cluster = new ClusterReference();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            defaultValue = "text",
            description = "How to print it (default: ${DEFAULT-VALUE}).")
    private Format format = Format.TEXT;

    @Override
    public Integer call() {
        ClusterSpec spec = cluster.requireSpec();
        List<ProcessState> processes = cluster.processes();
        List<Line> lines = new ArrayList<>(ProcessLines.of(processes));
        ApiAndKernelLines others = new ApiAndKernelLines(spec, cluster.adminConfig());
        // One that does not run or is stopped would be waited for in vain.
        lines.addAll(
                processes.stream()
                        .filter(process -> process.servesApi() && !process.answers())
                        .findFirst()
                        .map(process ->
                                others.linesWithoutApi(
                                        "the %s does not answer".formatted(process.component())))
                        .orElseGet(others::lines));
        if (format == Format.JSON) {
            System.out.println(StatusText.json(spec.name(), lines));
        } else {
            System.out.printf(
                    "cluster %s: pods %s, services %s, API https://127.0.0.1:%d%n%s",
                    spec.name(),
                    spec.network().pods(),
                    spec.network().services(),
                    spec.securePort(),
                    StatusText.of(lines));
        }
        return lines.stream().allMatch(Line::right) ? 0 : 1;
    }
}
