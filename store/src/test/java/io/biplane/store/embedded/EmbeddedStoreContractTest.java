package io.biplane.store.embedded;

import io.biplane.store.Store;
import io.biplane.store.StoreContractTest;

import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

class EmbeddedStoreContractTest extends StoreContractTest {
    @TempDir Path directory;

    @Override
    protected Store open() {
        return EmbeddedStore.open(directory.resolve("store"));
    }
}
