package io.biplane.store.memory;

import io.biplane.store.Store;
import io.biplane.store.StoreContractTest;

class MemoryStoreContractTest extends StoreContractTest {
    @Override
    protected Store open() {
        return new MemoryStore();
    }
}
