package io.biplane.linux.nftables;

import io.biplane.linux.testing.FakeNftables;

final class FakeNftablesTest extends NftablesContractTest {
    @Override
    Nftables open() {
        return new FakeNftables();
    }
}
