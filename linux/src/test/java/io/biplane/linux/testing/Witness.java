package io.biplane.linux.testing;

import io.biplane.linux.NetworkNamespace;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Asks independent programs (iproute2, nft) what the kernel holds in a namespace. */
public final class Witness {
    private static final JsonMapper JSON = new JsonMapper();

    private Witness() {}

    /** What {@code ip -j <arguments>} prints. */
    public static JsonNode ip(NetworkNamespace namespace, String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip", "-j"));
        command.addAll(List.of(arguments));
        String output = run(namespace, "", command.toArray(String[]::new));
        return JSON.readTree(output.isBlank() ? "[]" : output);
    }

    /** What {@code nft -j list ruleset} prints, without handles and the program's version. */
    public static JsonNode nftRuleset(NetworkNamespace namespace) {
        String output = run(namespace, "", "nft", "-j", "list", "ruleset");
        return JSON.readTree(output.replaceAll("\"handle\": \\d+,? ?", "")).get("nftables");
    }

    /** What {@code nft list ruleset} prints. */
    public static String nftText(NetworkNamespace namespace) {
        return run(namespace, "", "nft", "list", "ruleset");
    }

    /** Carries out nft text. */
    public static void nft(NetworkNamespace namespace, String text) {
        String _ = run(namespace, text, "nft", "-f", "-");
    }

    /**
     * Runs a program in a namespace.
     *
     * @return what it printed
     * @throws IllegalStateException with its complaint, if it fails
     */
    public static String run(NetworkNamespace namespace, String input, String... command) {
        List<String> all = new ArrayList<>(List.of("nsenter", "--net=" + namespace.path()));
        all.addAll(List.of(command));
        try {
            Process process = new ProcessBuilder(all).start();
            CompletableFuture<String> complaint =
                    CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
            CompletableFuture<String> output =
                    CompletableFuture.supplyAsync(() -> text(process.getInputStream()));
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            }
            int status = process.waitFor();
            if (status != 0) {
                throw new IllegalStateException(
                        "%s ended with %d: %s"
                                .formatted(String.join(" ", command), status, complaint.join()));
            }
            return output.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String text(java.io.InputStream stream) {
        try {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
