package io.biplane.cli.it;

import io.biplane.linux.Privileges;
import io.biplane.testing.Needs;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.util.ArrayList;
import java.util.List;

/** Whether this machine can bring up clusters and has the witness programs. */
final class ClusterCondition implements ExecutionCondition {
    private static final List<String> WITNESSES =
            List.of("ip", "nft", "curl", "nsenter", "systemd-analyze");

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return Needs.evaluate("cluster", missing(), context);
    }

    private static List<String> missing() {
        List<String> missing = new ArrayList<>();
        if (!Privileges.has(Privileges.Capability.NET_ADMIN)
                || !Privileges.has(Privileges.Capability.SYS_ADMIN)) {
            missing.add("root");
        }
        WITNESSES.stream().filter(program -> !Needs.isInstalled(program)).forEach(missing::add);
        for (Kubectl kubectl : Kubectl.values()) {
            if (kubectl.find().isEmpty()) {
                missing.add(kubectl.toString());
            }
        }
        return missing;
    }
}
