package io.biplane.linux.nftables;

import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.nftables.kernel.KernelNftables;
import io.biplane.linux.testing.KernelTest;
import io.biplane.linux.testing.TestNamespaces;
import io.biplane.linux.testing.Witness;
import io.biplane.netip.Addr;

import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.ArrayList;
import java.util.List;

@KernelTest
final class NftablesContractKernelTest extends NftablesContractTest {
    @RegisterExtension final TestNamespaces namespaces = new TestNamespaces();

    private final List<NetworkNamespace> opened = new ArrayList<>();

    @Override
    Nftables open() {
        opened.add(namespaces.create());
        return KernelNftables.open(opened.getLast());
    }

    @Override
    void send(Nftables ruleset, Addr destination) {
        String packet = "echo > /dev/udp/%s/9".formatted(destination);
        String _ = Witness.run(opened.getFirst(), "", "bash", "-c", packet);
    }
}
