package io.biplane.store.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.store.Range;
import io.biplane.store.Store;
import io.biplane.store.Txn;
import io.biplane.store.TxnResult;
import io.biplane.store.disk.StoreFileException;
import io.biplane.store.embedded.EmbeddedStore;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

class StoreAdminTest {
    @TempDir Path directory;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Range everything(Store store) {
        return store.range("", Store.prefixEnd(""), 0, 0);
    }

    @Test
    void aBackupTakenUnderLoadIsTheStoreAsOfOneRevision() throws InterruptedException {
        Path home = directory.resolve("store");
        Path file = directory.resolve("backup");
        Path restored = directory.resolve("restored");
        var stop = new AtomicBoolean();
        try (var store = EmbeddedStore.open(home)) {
            Thread load = Thread.startVirtualThread(() -> writeUntil(stop, store));
            while (store.revision() < 500) {
                Thread.onSpinWait();
            }
            var summary = StoreAdmin.backup(home, file);
            stop.set(true);
            load.join();
            assertThat(summary.revision()).isBetween(500L, store.revision());
            assertThat(StoreAdmin.restore(file, restored)).isEqualTo(summary);
            try (var copy = EmbeddedStore.open(restored)) {
                assertThat(copy.revision()).isEqualTo(summary.revision());
                assertThat(everything(copy))
                        .isEqualTo(store.range("", Store.prefixEnd(""), summary.revision(), 0));
                assertThat(copy.commit(Txn.put("/more", bytes("1"))))
                        .isEqualTo(new TxnResult.Committed(summary.revision() + 1));
            }
        }
        assertThatThrownBy(() -> StoreAdmin.backup(home, file))
                .isInstanceOf(StoreFileException.InTheWay.class)
                .hasMessage("cannot write backup %s: it exists; remove it, or name another", file);
        assertThatThrownBy(() -> StoreAdmin.restore(file, restored))
                .isInstanceOf(StoreFileException.InTheWay.class);
    }

    private static void writeUntil(AtomicBoolean stop, Store store) {
        for (int i = 0; !stop.get(); i++) {
            store.commit(Txn.put("/k/" + i % 100, bytes("v" + i)));
        }
    }

    @Test
    void verifyCountsAStoreInUseAndAtRest() {
        Path home = directory.resolve("store");
        try (var store = EmbeddedStore.open(home)) {
            store.commit(Txn.put("/a", bytes("12345")));
            store.commit(Txn.put("/a", bytes("1")));
            assertThat(StoreAdmin.verify(home).records()).isEqualTo(2);
        }
        var summary = StoreAdmin.verify(home);
        assertThat(summary.revision()).isEqualTo(3);
        assertThat(summary.compactedRevision()).isZero();
        assertThat(summary.bytes()).isEqualTo(6);
    }

    @Test
    void compactDropsHistoryAndGivesSpaceBack() {
        Path home = directory.resolve("store");
        try (var store = EmbeddedStore.open(home)) {
            for (int i = 0; i < 300; i++) {
                store.commit(Txn.put("/a", new byte[2_000]));
            }
        }
        var done = StoreAdmin.compact(home);
        assertThat(done.revision()).isEqualTo(301);
        assertThat(done.bytesBefore()).isGreaterThan(600_000);
        assertThat(done.bytesAfter()).isLessThan(50_000);
        var summary = StoreAdmin.verify(home);
        assertThat(summary.records()).isEqualTo(1);
        assertThat(summary.compactedRevision()).isEqualTo(301);
        try (var store = EmbeddedStore.open(home)) {
            assertThat(store.get("/a").orElseThrow().modRevision()).isEqualTo(301);
        }
    }

    @Test
    void dumpPrintsEveryKeyAsALine() throws IOException {
        Path home = directory.resolve("store");
        try (var store = EmbeddedStore.open(home)) {
            store.commit(Txn.put("/b", bytes("{\"a\":1}\n")));
            store.commit(Txn.put("/a", new byte[] {(byte) 0xFF}));
            store.commit(Txn.put("/gone", bytes("1")));
            store.commit(Txn.delete("/gone", 4));
            store.commit(Txn.put("/b", bytes("{\"a\":2}\n")));
            store.commit(Txn.put("other", bytes("1")));
        }
        assertThat(dump(home, "/"))
                .isEqualTo(
                        """
                        {"key":"/a","createRevision":3,"modRevision":3,"valueBase64":"/w=="}
                        {"key":"/b","createRevision":2,"modRevision":6,"value":"{\\"a\\":2}\\n"}
                        """);
    }

    private final List<String> leftOut = new ArrayList<>();

    private String dump(Path directoryOrBackup, String prefix) throws IOException {
        var out = new StringBuilder();
        leftOut.clear();
        StoreAdmin.dump(directoryOrBackup, prefix, out, damage -> leftOut.add(damage.getMessage()));
        return out.toString();
    }

    @Test
    void dumpLeavesOutWhatIsDamagedAndNamesIt() throws IOException {
        Path home = directory.resolve("store");
        try (var store = EmbeddedStore.open(home)) {
            store.commit(Txn.put("/a", bytes("first value of a")));
            store.commit(Txn.put("/a", bytes("second value of a")));
            store.commit(Txn.put("/b", bytes("umlaut \u00FC")));
        }
        flip(home.resolve("store.db"), "second value of a");
        assertThat(dump(home, ""))
                .isEqualTo(
                        """
                        {"key":"/a","createRevision":2,"modRevision":2,"value":"first value of a"}
                        {"key":"/b","createRevision":4,"modRevision":4,"value":"umlaut \\u00fc"}
                        """);
        assertThat(leftOut)
                .singleElement()
                .asString()
                .contains("record 2 (revision 3, key /a) does not match its checksum");
        Files.delete(home.resolve("HEAD"));
        assertThat(dump(home, "/b")).startsWith("{\"key\":\"/b\"").hasLineCount(1);
        assertThat(leftOut).hasSize(2).first().asString().contains("HEAD is damaged");
    }

    private static void flip(Path file, String text) throws IOException {
        byte[] content = Files.readAllBytes(file);
        int at = new String(content, StandardCharsets.ISO_8859_1).indexOf(text);
        assertThat(at).isPositive();
        content[at] ^= 1;
        Files.write(file, content);
    }

    @Test
    void whatIsNoStoreIsRefused() throws IOException {
        Path nothing = directory.resolve("nothing");
        assertThatThrownBy(() -> StoreAdmin.verify(nothing))
                .isInstanceOf(StoreFileException.NotAStore.class)
                .hasMessageContaining("it does not exist");
        Path empty = Files.createDirectory(directory.resolve("empty"));
        assertThatThrownBy(() -> StoreAdmin.compact(empty))
                .isInstanceOf(StoreFileException.NotAStore.class);
        assertThat(empty).isEmptyDirectory();
        Path text = Files.writeString(directory.resolve("text"), "x".repeat(200));
        assertThatThrownBy(() -> StoreAdmin.verify(text))
                .isInstanceOf(StoreFileException.NotAStore.class)
                .hasMessageContaining("not an SQLite database");
    }
}
