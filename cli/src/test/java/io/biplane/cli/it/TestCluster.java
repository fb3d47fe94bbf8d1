package io.biplane.cli.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.cli.it.Programs.Result;
import io.biplane.linux.Pidfd;
import io.biplane.linux.ProcessId;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A cluster of the test's own, taken away with all its data when closed. */
final class TestCluster implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Path LAUNCHER = Programs.projectRoot().resolve("biplane");

    private final String name;
    private final Path directory;
    private final List<String> prefix;

    /**
     * @param name at most 12 characters, different from any other cluster on the machine
     * @param directory for data and kubeconfig
     */
    TestCluster(String name, Path directory) {
        this(name, directory, List.of());
    }

    /**
     * @param prefix what is put in front of every command, such as one that enters a namespace
     */
    TestCluster(String name, Path directory, List<String> prefix) {
        this.name = name;
        this.directory = directory;
        this.prefix = List.copyOf(prefix);
    }

    String name() {
        return name;
    }

    Path data() {
        return directory.resolve("data-" + name);
    }

    private Path kubeconfig() {
        return directory.resolve("kubeconfig-" + name);
    }

    /** Runs {@code biplane <command> --name … --data-dir … <more>}. */
    Result biplane(String command, String... more) {
        return Programs.run(words(command, more).toArray(String[]::new));
    }

    /** The words by which {@link #biplane} runs it. */
    List<String> words(String command, String... more) {
        List<String> words = new ArrayList<>(prefix);
        words.addAll(List.of(LAUNCHER.toString(), command));
        words.addAll(List.of("--name", name, "--data-dir", data().toString()));
        if (command.equals("up")) {
            words.addAll(List.of("--kubeconfig", kubeconfig().toString()));
        }
        words.addAll(Arrays.asList(more));
        return words;
    }

    /** Brings the cluster up, or what is missing of it. */
    Result up(String... more) {
        return biplane("up", more);
    }

    /** The same cluster, commanded by way of other words put in front. */
    TestCluster from(List<String> otherPrefix) {
        return new TestCluster(name, directory, otherPrefix);
    }

    /** Runs a current kubectl, which must succeed. */
    String kubectl(String... arguments) {
        return kubectl(Kubectl.CURRENT, "", arguments).succeeded();
    }

    /** Applies a manifest, which must succeed. */
    void apply(String manifest) {
        kubectl(Kubectl.CURRENT, manifest, "apply", "-f", "-").succeeded();
    }

    /** Runs one of the kubectls with something on its standard input. */
    Result kubectl(Kubectl kubectl, String input, String... arguments) {
        List<String> words = new ArrayList<>(prefix);
        words.add(kubectl.program());
        words.addAll(Arrays.asList(arguments));
        Map<String, String> environment =
                Map.of(
                        "KUBECONFIG", kubeconfig().toString(),
                        "HOME", directory.toString()); // kubectl's caches
        return Programs.run(environment, input, words.toArray(String[]::new));
    }

    /** The objects that {@code kubectl get <arguments> -o json} prints. */
    JsonNode get(String... arguments) {
        List<String> words = new ArrayList<>(List.of("get", "-o", "json"));
        words.addAll(Arrays.asList(arguments));
        return JSON.readTree(kubectl(words.toArray(String[]::new)));
    }

    /** Runs a program inside a node's, a pod's or another of the cluster's namespaces. */
    Result inside(String namespace, String... command) {
        List<String> words =
                new ArrayList<>(List.of("ip", "netns", "exec", name + "-" + namespace));
        words.addAll(Arrays.asList(command));
        return Programs.run(words.toArray(String[]::new));
    }

    /** The pid of one of the processes. */
    long pid(String component) {
        return process(component).pid();
    }

    ProcessId process(String component) {
        try {
            return ProcessId.parse(
                    Files.readString(data().resolve("run").resolve(component + ".pid")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** However often a component was started again, it is at once when it ends the next time. */
    void forgetRestarts(String component) {
        try {
            boolean _ =
                    Files.deleteIfExists(data().resolve("run").resolve(component + ".restarts"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends processes SIGKILL, all at once, and does not wait for their end. */
    void startKilling(String... components) {
        for (String component : components) {
            Pidfd.open(process(component))
                    .ifPresent(process -> {
                        process.signal(Pidfd.SIGKILL);
                        process.close();
                    });
        }
    }

    /** Ends processes without a warning, all at once, and waits for their end. */
    void kill(String... components) {
        List<Pidfd> open = new ArrayList<>();
        for (String component : components) {
            open.add(Pidfd.open(process(component)).orElseThrow());
        }
        open.forEach(process -> process.signal(Pidfd.SIGKILL));
        for (Pidfd process : open) {
            assertThat(process.awaitEnd(Duration.ofSeconds(10))).isTrue();
            process.close();
        }
    }

    @Override
    public void close() {
        if (Files.exists(data().resolve("cluster.json"))) {
            biplane("down", "--delete").succeeded();
        }
    }
}
