package io.biplane.store.embedded;

import io.biplane.store.KeyValue;
import io.biplane.store.Op;
import io.biplane.store.Txn;
import io.biplane.store.TxnResult;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * The process that is killed: many writers, each of which prints a line for every write that was
 * acknowledged to it.
 */
final class CrashWriter {
    static final int WRITERS = 16;

    private CrashWriter() {}

    /**
     * Argument: the directory. Prints {@code writer n revision}: keys /w/WRITER/a and /w/WRITER/b
     * were both set to n at that revision.
     */
    public static void main(String[] args) throws InterruptedException {
        // Bounds so small that compaction and checkpoints are under way at any moment.
        var options = EmbeddedOptions.DEFAULTS.withHistory(500, 1 << 20, Duration.ofMinutes(5));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
        try (var store = EmbeddedStore.open(Path.of(args[0]), options)) {
            out.println("open " + store.revision());
            for (int w = 0; w < WRITERS; w++) {
                int writer = w;
                Thread.ofVirtual().start(() -> write(store, writer, out));
            }
            new CountDownLatch(1).await();
        }
    }

    private static void write(EmbeddedStore store, int writer, PrintStream out) {
        String a = "/w/%02d/a".formatted(writer);
        String b = "/w/%02d/b".formatted(writer);
        Optional<KeyValue> before = store.get(a);
        long n = before.map(CrashWriter::number).orElse(0L);
        while (true) {
            n++;
            byte[] value =
                    Long.toString(n)
                            .concat(" ".repeat((int) (n % 700)))
                            .getBytes(StandardCharsets.US_ASCII);
            TxnResult result =
                    store.commit(
                            new Txn(
                                    List.of(),
                                    List.of(new Op.Put(a, value), new Op.Put(b, value))));
            out.println(writer + " " + n + " " + ((TxnResult.Committed) result).revision() + " .");
        }
    }

    /** Starts the process; its standard output can be read. */
    static Process start(Path directory) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashWriter.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    static long number(KeyValue keyValue) {
        return Long.parseLong(new String(keyValue.value(), StandardCharsets.US_ASCII).strip());
    }
}
