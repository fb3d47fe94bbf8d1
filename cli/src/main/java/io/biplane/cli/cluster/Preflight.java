package io.biplane.cli.cluster;

import io.biplane.cli.command.CommandFailure;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.Privileges;
import io.biplane.linux.SyscallException;
import io.biplane.linux.netlink.NetlinkException;
import io.biplane.linux.nftables.Nftables;
import io.biplane.linux.nftables.kernel.KernelNftables;

import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What the machine must have before anything is changed on it; all that is missing is told at once.
 */
final class Preflight {
    private Preflight() {}

    /**
     * @throws CommandFailure naming everything that is missing, each with its remedy
     */
    static void check() {
        List<String> missing = missing(Privileges.isRoot(), Preflight::hasNfTables);
        if (!missing.isEmpty()) {
            throw new CommandFailure(missing);
        }
    }

    /**
     * @param nfTables asked only as root: nobody else may ask the kernel
     */
    static List<String> missing(boolean root, BooleanSupplier nfTables) {
        if (!root) {
            return List.of(
                    "root is needed for network namespaces, links and nftables (run it with sudo)");
        }
        if (!nfTables.getAsBoolean()) {
            return List.of(
                    "the kernel %s has no nf_tables (load the module nf_tables, or boot a kernel with CONFIG_NF_TABLES, CONFIG_NF_TABLES_IPV4 and CONFIG_NF_TABLES_IPV6)"
                            .formatted(System.getProperty("os.version")));
        }
        return List.of();
    }

    private static boolean hasNfTables() {
        try (NetworkNamespace here = NetworkNamespace.current();
                Nftables nftables = KernelNftables.open(here)) {
            nftables.tables();
            return true;
        } catch (NetlinkException | SyscallException e) {
            return false;
        }
    }
}
