package io.biplane.cli.it;

import io.biplane.linux.Privileges;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Whether this machine can bring up clusters and has the witness programs. */
final class ClusterCondition implements ExecutionCondition {
    private static final AtomicInteger SKIPPED = new AtomicInteger();
    private static final List<String> WITNESSES =
            List.of("ip", "nft", "curl", "nsenter", "systemd-analyze");

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        List<String> missing = missing();
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("root and all witnesses");
        }
        String reason = "needs " + String.join(", ", missing);
        if (System.getenv("CI") != null) {
            throw new IllegalStateException(
                    "cluster tests cannot run here: %s; in CI that is an error".formatted(reason));
        }
        if (context.getTestMethod().isEmpty()) {
            System.err.printf(
                    "SKIPPED cluster test class %s (number %d): %s%n",
                    context.getDisplayName(), SKIPPED.incrementAndGet(), reason);
        }
        return ConditionEvaluationResult.disabled(reason);
    }

    private static List<String> missing() {
        List<String> missing = new ArrayList<>();
        if (!Privileges.has(Privileges.Capability.NET_ADMIN)
                || !Privileges.has(Privileges.Capability.SYS_ADMIN)) {
            missing.add("root");
        }
        WITNESSES.stream().filter(program -> !isOnPath(program)).forEach(missing::add);
        for (Kubectl kubectl : Kubectl.values()) {
            if (kubectl.find().isEmpty()) {
                missing.add("kubectl " + kubectl + " (.ci/run installs it)");
            }
        }
        return missing;
    }

    private static boolean isOnPath(String program) {
        return Arrays.stream((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
