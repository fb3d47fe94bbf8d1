package io.biplane.linux.testing;

import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.Privileges;
import io.biplane.linux.SyscallException;
import io.biplane.linux.netlink.NetlinkException;
import io.biplane.linux.nftables.kernel.KernelNftables;
import io.biplane.testing.Needs;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether the kernel lets this process make namespaces and has nf_tables, and the witnesses are
 * there.
 */
final class KernelCondition implements ExecutionCondition {
    private static final List<String> WITNESSES =
            List.of("nsenter", "ip", "nft", "conntrack", "python3");

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return Needs.evaluate("kernel", missing(), context);
    }

    private static List<String> missing() {
        List<String> missing = new ArrayList<>();
        if (!Privileges.has(Privileges.Capability.NET_ADMIN)
                || !Privileges.has(Privileges.Capability.SYS_ADMIN)) {
            missing.add("root (CAP_NET_ADMIN and CAP_SYS_ADMIN)");
        } else {
            try (NetworkNamespace here = NetworkNamespace.current();
                    KernelNftables nft = KernelNftables.open(here)) {
                nft.tables();
            } catch (SyscallException | NetlinkException e) {
                missing.add("nf_tables in the kernel (%s)".formatted(e.getMessage()));
            }
        }
        WITNESSES.stream().filter(program -> !Needs.isInstalled(program)).forEach(missing::add);
        return missing;
    }
}
