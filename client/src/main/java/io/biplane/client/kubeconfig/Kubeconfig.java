package io.biplane.client.kubeconfig;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.yaml.Yaml;
import io.biplane.client.ServerAccess;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Iterator;
import java.util.Optional;

/**
 * The contents of a kubeconfig file. What it holds beside the entries that are asked for is kept as
 * it is, but for comments.
 *
 * @see <a href="https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/">kubeconfig v1</a>
 */
public final class Kubeconfig {
    private static final String[] LISTS = {"clusters", "users", "contexts"};

    private final ObjectNode config;
    private final Path directory; // relative file names are relative to it

    private Kubeconfig(ObjectNode config, Path directory) {
        this.config = config;
        this.directory = directory;
    }

    /**
     * Reads a file.
     *
     * @throws UncheckedIOException if it cannot be read, or is not YAML with a map at the top
     */
    public static Kubeconfig load(Path file) {
        try {
            JsonNode tree = Yaml.read(Files.readString(file));
            if (tree.isNull() || tree.isMissingNode()) {
                return empty(file);
            }
            if (tree instanceof ObjectNode object) {
                return new Kubeconfig(object, parent(file));
            }
            throw new IOException("%s is not a kubeconfig: it holds no map".formatted(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            throw new UncheckedIOException(
                    new IOException(
                            "%s is not a kubeconfig: %s".formatted(file, e.getMessage()), e));
        }
    }

    private static Kubeconfig empty(Path file) {
        ObjectNode config = Json.object().put("apiVersion", "v1").put("kind", "Config");
        for (String list : LISTS) {
            config.putArray(list);
        }
        return new Kubeconfig(config, parent(file));
    }

    private static Path parent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }

    /**
     * One cluster, one user and one context, all called {@code name}; the context is the current
     * one.
     *
     * @param authority the certificate of the server's authority, PEM
     * @param certificate the client's, PEM
     * @param key the client's private key, PKCS #8 PEM
     */
    public static Kubeconfig of(
            String name, URI server, String authority, String certificate, String key) {
        Kubeconfig made = empty(Path.of("."));
        ObjectNode cluster = made.entry("clusters", name, "cluster");
        cluster.put("server", server.toString());
        cluster.put("certificate-authority-data", base64(authority));
        ObjectNode user = made.entry("users", name, "user");
        user.put("client-certificate-data", base64(certificate));
        user.put("client-key-data", base64(key));
        made.entry("contexts", name, "context").put("cluster", name).put("user", name);
        made.config.put("current-context", name);
        return made;
    }

    private static String base64(String pem) {
        return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8));
    }

    /** The named entry of a list, empty and in place of one that was there. */
    private ObjectNode entry(String list, String name, String key) {
        removeEntry(list, name);
        ObjectNode entry = array(list).addObject().put("name", name);
        return entry.putObject(key);
    }

    private ArrayNode array(String list) {
        return config.get(list) instanceof ArrayNode array ? array : config.putArray(list);
    }

    private void removeEntry(String list, String name) {
        Iterator<JsonNode> entries = array(list).iterator();
        while (entries.hasNext()) {
            if (Fields.string(entries.next(), "name").equals(name)) {
                entries.remove();
            }
        }
    }

    private Optional<JsonNode> find(String list, String name, String key) {
        return array(list)
                .valueStream()
                .filter(entry -> Fields.string(entry, "name").equals(name))
                .map(entry -> entry.path(key))
                .findFirst();
    }

    /** The name of the current context, if one is set. */
    public Optional<String> currentContext() {
        return Fields.optionalString(config, "current-context");
    }

    /**
     * The server of the current context and how to show who we are.
     *
     * @throws IllegalArgumentException if there is no current context
     */
    public ServerAccess access() {
        return access(
                currentContext()
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "the kubeconfig has no current-context (name one with --context)")));
    }

    /**
     * The server of a context and how to show who we are.
     *
     * @throws IllegalArgumentException naming the entry that is missing or cannot be used
     */
    public ServerAccess access(String context) {
        JsonNode found = required("contexts", context, "context");
        JsonNode cluster = required("clusters", Fields.string(found, "cluster"), "cluster");
        JsonNode user = required("users", Fields.string(found, "user"), "user");
        return new Credentials(directory, cluster, user).access();
    }

    private JsonNode required(String list, String name, String key) {
        return find(list, name, key)
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "the kubeconfig has no entry \"%s\" in %s".formatted(name, list)));
    }

    /**
     * Puts the current context, with its cluster and user, into a file and makes it current there;
     * everything else in the file stays. The file is made if it is missing, and replaced at once.
     */
    public void mergeInto(Path file) throws IOException {
        String name = currentContext().orElseThrow();
        Kubeconfig there = Files.exists(file) ? load(file) : empty(file);
        for (String list : LISTS) {
            there.removeEntry(list, name);
            array(list).forEach(entry -> there.array(list).add(entry.deepCopy()));
        }
        there.config.put("current-context", name);
        there.write(file);
    }

    /** Takes the context, cluster and user {@code name} out of a file; it may be missing. */
    public static void removeFrom(Path file, String name) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        Kubeconfig there = load(file);
        for (String list : LISTS) {
            there.removeEntry(list, name);
        }
        if (there.currentContext().filter(name::equals).isPresent()) {
            there.config.put("current-context", "");
        }
        there.write(file);
    }

    /** Writes the file, readable by its owner only, all at once. */
    public void write(Path file) throws IOException {
        Path target = realPath(file);
        Path directory = parent(target);
        Files.createDirectories(directory);
        Path next = Files.createTempFile(directory, ".kubeconfig", null); // made with mode 0600
        try {
            Files.writeString(next, Yaml.write(config));
            Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-------"));
            Files.move(next, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(next);
        }
    }

    /** Where a symbolic link leads, so that the link stays one. */
    private static Path realPath(Path file) throws IOException {
        try {
            return file.toRealPath();
        } catch (NoSuchFileException e) {
            return file.toAbsolutePath();
        }
    }
}
