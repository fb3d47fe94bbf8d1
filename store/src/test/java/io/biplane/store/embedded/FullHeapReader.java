package io.biplane.store.embedded;

import io.biplane.store.Op;
import io.biplane.store.Store;
import io.biplane.store.StoreException;
import io.biplane.store.Txn;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that reads a store while its heap is full. It prints what it met, and then that it
 * could read once there was memory again.
 */
final class FullHeapReader {
    private static final int VALUES = 24;
    private static final int VALUE_BYTES = 1 << 20;
    private static final int BALLAST_BYTES = 256 << 10;

    private FullHeapReader() {}

    /** Argument: the directory. */
    public static void main(String[] args) {
        try (var store = EmbeddedStore.open(Path.of(args[0]), options())) {
            for (int i = 0; i < VALUES; i++) {
                byte[] value = new byte[VALUE_BYTES];
                var put = new Op.Put("/big/" + i, value);
                store.commit(new Txn(List.of(), List.of(put)));
            }
            readWithFullHeap(store);
            System.out.println("again " + store.get("/big/3").orElseThrow().value().length);
        }
    }

    /** Hardly anything is kept in memory: what is read comes from the disk. */
    private static EmbeddedOptions options() {
        return EmbeddedOptions.DEFAULTS.withCacheBytes(1);
    }

    private static void readWithFullHeap(Store store) {
        List<byte[]> ballast = new ArrayList<>();
        try {
            while (true) {
                ballast.add(new byte[BALLAST_BYTES]);
            }
        } catch (OutOfMemoryError full) {
            ballast.removeLast(); // enough for everything but a value
        }
        String met = failure(store);
        ballast.clear();
        System.out.println("met " + met);
    }

    private static String failure(Store store) {
        try {
            return "nothing: read %d bytes"
                    .formatted(store.get("/big/3").orElseThrow().value().length);
        } catch (OutOfMemoryError | StoreException e) {
            return e.toString();
        }
    }

    /** Starts the process with a small heap. */
    static Process start(Path directory) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx24m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FullHeapReader.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .start();
    }
}
