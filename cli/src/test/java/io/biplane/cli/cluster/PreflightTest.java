package io.biplane.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PreflightTest {
    @Test
    void namesAllThatIsMissing() {
        assertThat(Preflight.missing(true, () -> true)).isEmpty();
        assertThat(Preflight.missing(false, () -> true))
                .containsExactly(
                        "root is needed for network namespaces, links and nftables (run it with sudo)");
        assertThat(Preflight.missing(true, () -> false))
                .containsExactly(
                        "the kernel %s has no nf_tables (load the module nf_tables, or boot a kernel with CONFIG_NF_TABLES, CONFIG_NF_TABLES_IPV4 and CONFIG_NF_TABLES_IPV6)"
                                .formatted(System.getProperty("os.version")));
    }
}
