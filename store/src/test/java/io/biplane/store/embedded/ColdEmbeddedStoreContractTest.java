package io.biplane.store.embedded;

import io.biplane.store.Store;
import io.biplane.store.StoreContractTest;

import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/** The same with no value in memory: each is read from the disk. */
class ColdEmbeddedStoreContractTest extends StoreContractTest {
    @TempDir Path directory;

    @Override
    protected Store open() {
        return EmbeddedStore.open(
                directory.resolve("store"), EmbeddedOptions.DEFAULTS.withCacheBytes(0));
    }
}
