package io.biplane.linux.testing;

import io.biplane.linux.NetworkNamespace;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Asks independent programs (iproute2, nft) what the kernel holds in a namespace. */
public final class Witness {
    private static final JsonMapper JSON = new JsonMapper();

    private static final Pattern ELEMENTS = Pattern.compile("elements = \\{ ([^}]*) \\}");

    private Witness() {}

    /** What {@code ip -j <arguments>} prints. */
    public static JsonNode ip(NetworkNamespace namespace, String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip", "-j"));
        command.addAll(List.of(arguments));
        String output = run(namespace, "", command.toArray(String[]::new));
        return JSON.readTree(output.isBlank() ? "[]" : output);
    }

    /**
     * What {@code nft -j list ruleset} prints, without handles and the program's version, and with
     * the elements of each set in an order that does not hang on the kernel's hashing.
     */
    public static JsonNode nftRuleset(NetworkNamespace namespace) {
        String output = run(namespace, "", "nft", "-j", "list", "ruleset");
        JsonNode ruleset = JSON.readTree(output).get("nftables");
        ruleset.findParents("handle").forEach(o -> ((ObjectNode) o).remove("handle"));
        for (JsonNode elements : ruleset.findValues("elem")) {
            if (elements instanceof ArrayNode array) {
                List<JsonNode> sorted = new ArrayList<>();
                array.forEach(sorted::add);
                sorted.sort(Comparator.comparing(JsonNode::toString));
                array.removeAll().addAll(sorted);
            }
        }
        return ruleset;
    }

    /**
     * What {@code nft list ruleset} prints, with the elements of each set in alphabetical order.
     */
    public static String nftText(NetworkNamespace namespace) {
        String output = run(namespace, "", "nft", "list", "ruleset");
        return ELEMENTS.matcher(output)
                .replaceAll(found ->
                        Arrays.stream(found.group(1).split(",", -1))
                                .map(String::strip)
                                .sorted()
                                .collect(Collectors.joining(", ", "elements = { ", " }")));
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
