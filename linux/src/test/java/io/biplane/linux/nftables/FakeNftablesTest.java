package io.biplane.linux.nftables;

import io.biplane.linux.testing.FakeNftables;
import io.biplane.netip.Addr;

final class FakeNftablesTest extends NftablesContractTest {
    @Override
    Nftables open() {
        return new FakeNftables();
    }

    @Override
    void send(Nftables ruleset, Addr destination) {
        ((FakeNftables) ruleset).learn(SEEN, Element.of(Value.of(destination)));
    }
}
