package io.biplane.linux.nftables;

import io.biplane.linux.nftables.kernel.KernelNftables;
import io.biplane.linux.testing.KernelTest;
import io.biplane.linux.testing.TestNamespaces;

import org.junit.jupiter.api.extension.RegisterExtension;

@KernelTest
final class NftablesContractKernelTest extends NftablesContractTest {
    @RegisterExtension final TestNamespaces namespaces = new TestNamespaces();

    @Override
    Nftables open() {
        return KernelNftables.open(namespaces.create());
    }
}
