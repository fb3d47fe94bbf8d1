package io.biplane.cli.crash;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.netip.Prefix;
import io.biplane.store.KeyValue;
import io.biplane.store.Store;
import io.biplane.store.embedded.EmbeddedStore;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Who holds which address, port and pod subnet: by the objects, and by the claims on disk. */
final class Owners {
    private static final String ADDRESSES = "/registry/networking.k8s.io/ipaddresses/";
    private static final String NODE_PORT_LISTS = "/claims/nodeports/lists/";
    private static final List<String> PREFIXES =
            List.of(ADDRESSES, "/claims/nodeports/", "/claims/podcidrs/");

    private final Map<String, String> owners = new TreeMap<>();

    private Owners() {}

    /**
     * By the objects.
     *
     * @throws AssertionError if two hold the same
     */
    static Owners of(List<ObjectNode> services, List<ObjectNode> nodes) {
        var owners = new Owners();
        for (ObjectNode service : services) {
            String owner = Api.name(service);
            JsonNode spec = service.path("spec");
            spec.path("clusterIPs").forEach(ip -> owners.add(ip.stringValue(), owner));
            for (JsonNode port : spec.path("ports")) {
                owners.addPort(Fields.string(port, "protocol"), port.path("nodePort"), owner);
            }
            owners.addPort("TCP", spec.path("healthCheckNodePort"), owner);
        }
        for (ObjectNode node : nodes) {
            for (JsonNode cidr : Fields.at(node, "spec", "podCIDRs")) {
                owners.add(digits(Prefix.parse(cidr.stringValue())), Api.name(node));
            }
        }
        return owners;
    }

    private void addPort(String protocol, JsonNode port, String owner) {
        if (port.intValue(0) != 0) {
            add(protocol + "/" + port.asString(), owner);
        }
    }

    /** As pod subnets are claimed; those of the writers end between two digits. */
    private static String digits(Prefix prefix) {
        String all = HexFormat.of().formatHex(prefix.first().toBytes());
        return prefix.family().apiName() + "/" + all.substring(0, prefix.bits() / 4);
    }

    private void add(String what, String owner) {
        String other = owners.put(what, owner);
        if (other != null && !other.equals(owner)) {
            throw new AssertionError("%s is held by %s and %s".formatted(what, other, owner));
        }
    }

    private void addClaim(KeyValue claim) {
        ObjectNode json = Json.parseObject(claim.value());
        if (claim.key().startsWith(NODE_PORT_LISTS)) {
            addList(json.path("nodePorts"), Fields.string(json, "name"));
            return;
        }
        String prefix =
                PREFIXES.stream()
                        .filter(claim.key()::startsWith)
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("what is " + claim));
        String parent = Fields.string(json, "spec", "parentRef", "name");
        add(
                claim.key().substring(prefix.length()),
                parent.isEmpty() ? Fields.string(json, "name") : parent);
    }

    /** Node ports as {@code {"TCP":"30000-30003,30007"}}. */
    private void addList(JsonNode ports, String owner) {
        for (Map.Entry<String, JsonNode> field : ports.properties()) {
            for (String run : field.getValue().stringValue().split(",", -1)) {
                String[] ends = run.split("-", -1);
                int last = Integer.parseInt(ends[ends.length - 1]);
                for (int port = Integer.parseInt(ends[0]); port <= last; port++) {
                    add(field.getKey() + "/" + port, owner);
                }
            }
        }
    }

    /** By the claims of a server that was killed, read off a copy of its files; and its objects. */
    static void checkClaims(Path store, Path scratch) {
        try {
            copy(store, scratch);
            try (Store open = EmbeddedStore.open(scratch)) {
                var claimed = new Owners();
                range(open, "/claims/").forEach(claimed::addClaim);
                range(open, ADDRESSES).forEach(claimed::addClaim);
                Owners held =
                        of(
                                objects(open, "/registry/core/services/"),
                                objects(open, "/registry/core/nodes/"));
                Set<Map.Entry<String, String>> leaked = new HashSet<>(claimed.owners.entrySet());
                leaked.removeAll(held.owners.entrySet());
                Set<Map.Entry<String, String>> lost = new HashSet<>(held.owners.entrySet());
                lost.removeAll(claimed.owners.entrySet());
                if (!leaked.isEmpty() || !lost.isEmpty()) {
                    throw new AssertionError(
                            "claimed, but by no object: %s; held without a claim: %s"
                                    .formatted(leaked, lost));
                }
            }
        } finally {
            delete(scratch);
        }
    }

    private static List<KeyValue> range(Store store, String prefix) {
        return store.range(prefix, Store.prefixEnd(prefix), 0, 0).entries();
    }

    private static List<ObjectNode> objects(Store store, String prefix) {
        List<ObjectNode> objects = new ArrayList<>();
        range(store, prefix).forEach(entry -> objects.add(Json.parseObject(entry.value())));
        return objects;
    }

    /** Copies the files of a directory into one that is made. */
    static void copy(Path from, Path to) {
        try (var files = Files.list(from)) {
            Files.createDirectories(to);
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes a directory with its files. */
    static void delete(Path directory) {
        try (var files = Files.list(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
