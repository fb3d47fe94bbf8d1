package io.biplane.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.store.admin.StoreAdmin;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Who lacks memory is told so. "Damaged; restore a backup" would cost them their data. */
class LackOfMemoryTest {
    private @TempDir Path directory;

    @Test
    void aFullHeapIsNoDamageAndPassesByItself() throws Exception {
        Process process = FullHeapReader.start(directory);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output)
                .containsPattern("met java.lang.OutOfMemoryError: ")
                .contains("again 1048576")
                .doesNotContain("damaged");
        StoreAdmin.verify(directory);
    }
}
