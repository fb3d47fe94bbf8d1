package io.biplane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.store.Store;
import io.biplane.store.Txn;
import io.biplane.store.embedded.EmbeddedStore;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code biplane store …} as typed, and what it prints. */
class StoreCommandTest {
    @TempDir Path directory;
    private Path data;
    private Path store;
    private Path backup;
    private String out = "";
    private String err = "";

    @BeforeEach
    void aClusterWithTwoObjects() {
        data = directory.resolve("cluster");
        store = data.resolve("store");
        backup = directory.resolve("backup");
        try (Store opened = EmbeddedStore.open(store)) {
            opened.commit(Txn.put("/registry/services/default/web", bytes("{\"ipFamily\":1}")));
            opened.commit(Txn.put("/registry/services/default/web", bytes("{\"ipFamily\":2}")));
            opened.commit(Txn.put("/registry/nodes/node-1", bytes("{}")));
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private int run(Object... words) {
        var outText = new StringWriter();
        var errText = new StringWriter();
        String[] args = new String[words.length + 1];
        args[0] = "store";
        for (int i = 0; i < words.length; i++) {
            args[i + 1] = words[i].toString();
        }
        int code =
                Main.commandLine()
                        .setOut(new PrintWriter(outText, true))
                        .setErr(new PrintWriter(errText, true))
                        .execute(args);
        out = outText.toString();
        err = errText.toString();
        return code;
    }

    @Test
    void verifiesAStoreAndNamesItsDamage() throws IOException {
        assertThat(run("verify", "--data-dir", data)).isZero();
        assertThat(out)
                .isEqualTo(
                        store
                                + " is sound: revision 4, history from revision 1, 3 records, 0.0 KiB of values\n");
        byte[] content = Files.readAllBytes(store.resolve("store.db"));
        content[content.length - 8] ^= 4;
        Files.write(store.resolve("store.db"), content);
        assertThat(run("verify", "--store", store)).isEqualTo(1);
        assertThat(err)
                .startsWith("biplane: store " + store.resolve("store.db") + " is damaged: ")
                .contains("restore a backup (biplane store restore)")
                .doesNotContain("\tat ");
    }

    @Test
    void restoresABackupToTheSameObjectsAndRevisions() {
        assertThat(run("backup", "--data-dir", data, backup)).isZero();
        assertThat(out).startsWith(backup + " written and verified: revision 4");
        assertThat(run("dump", "--data-dir", data)).isZero();
        String dumped = out;
        assertThat(run("restore", "--data-dir", directory.resolve("elsewhere"), backup)).isZero();
        assertThat(run("dump", "--data-dir", directory.resolve("elsewhere"))).isZero();
        assertThat(out).isEqualTo(dumped).hasLineCount(2);
        assertThat(run("dump", "--store", backup, "--prefix", "/registry/nodes/")).isZero();
        assertThat(out).hasLineCount(1).contains("/registry/nodes/node-1");
    }

    @Test
    void overwritesNothing() {
        assertThat(run("backup", "--data-dir", data, backup)).isZero();
        assertThat(run("backup", "--data-dir", data, backup)).isEqualTo(1);
        assertThat(err)
                .isEqualTo(
                        "biplane: cannot write backup %s: it exists; remove it, or name another\n"
                                .formatted(backup));
        assertThat(run("restore", "--data-dir", data, backup)).isEqualTo(1);
        assertThat(err)
                .isEqualTo(
                        "biplane: cannot restore into directory %s: it exists; remove it, or name another\n"
                                .formatted(store));
    }

    @Test
    void compactsOnlyAStoreThatNobodyHasOpen() {
        try (Store _ = EmbeddedStore.open(store)) {
            assertThat(run("verify", "--data-dir", data)).isZero();
            assertThat(run("compact", "--data-dir", data)).isEqualTo(1);
            assertThat(err).contains("has it open; stop that process first");
        }
        assertThat(run("compact", "--data-dir", data)).isZero();
        assertThat(out).startsWith(store + " compacted to revision 4: ");
        assertThat(run("verify", "--data-dir", data)).isZero();
        assertThat(out).contains("history from revision 4, 2 records");
    }

    @Test
    void saysWhatIsMissing() {
        assertThat(run("verify", "--store", directory.resolve("nothing"))).isEqualTo(1);
        assertThat(err)
                .isEqualTo(
                        "biplane: there is no store %s (name a cluster with --name or --data-dir, or the store's directory with --store)\n"
                                .formatted(directory.resolve("nothing")));
        assertThat(run()).isEqualTo(2);
        assertThat(err).contains("a command is missing: verify, backup, restore, compact or dump");
        assertThat(run("restore", "--store", directory.resolve("new"), directory.resolve("no")))
                .isEqualTo(1);
        assertThat(err)
                .isEqualTo(
                        "biplane: there is no backup %s (biplane store backup <file> makes one)\n"
                                .formatted(directory.resolve("no")));
    }
}
