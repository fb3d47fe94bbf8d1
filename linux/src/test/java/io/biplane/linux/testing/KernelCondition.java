package io.biplane.linux.testing;

import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.Privileges;
import io.biplane.linux.SyscallException;
import io.biplane.linux.netlink.NetlinkException;
import io.biplane.linux.nftables.kernel.KernelNftables;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Whether the kernel lets this process make namespaces and has nf_tables. */
final class KernelCondition implements ExecutionCondition {
    private static final AtomicInteger SKIPPED = new AtomicInteger();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<String> missing = missing();
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("root, with nf_tables");
        }
        if (System.getenv("CI") != null) {
            throw new IllegalStateException(
                    "kernel tests cannot run here: %s; in CI that is an error"
                            .formatted(missing.get()));
        }
        if (context.getTestMethod().isEmpty()) {
            System.err.printf(
                    "SKIPPED kernel test class %s (number %d): %s%n",
                    context.getDisplayName(), SKIPPED.incrementAndGet(), missing.get());
        }
        return ConditionEvaluationResult.disabled(missing.get());
    }

    private static Optional<String> missing() {
        if (!Privileges.has(Privileges.Capability.NET_ADMIN)
                || !Privileges.has(Privileges.Capability.SYS_ADMIN)) {
            return Optional.of("needs root (CAP_NET_ADMIN and CAP_SYS_ADMIN)");
        }
        try (NetworkNamespace here = NetworkNamespace.current();
                KernelNftables nft = KernelNftables.open(here)) {
            nft.tables();
            return Optional.empty();
        } catch (SyscallException | NetlinkException e) {
            return Optional.of("needs nf_tables in the kernel: " + e.getMessage());
        }
    }
}
