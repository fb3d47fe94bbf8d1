package io.biplane.apiserver.allocation;

import com.google.errorprone.annotations.FormatMethod;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;
import io.biplane.store.KeyValue;
import io.biplane.store.Op;
import io.biplane.store.Store;
import io.biplane.store.Txn;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Reads off the stored Services and Nodes what each holds, by rules of its own, and compares it
 * with the claims in the store: after each commit for what the commit touched, and as a whole when
 * asked. By induction over the commits both say the same; the second does not trust the first.
 */
final class ClaimChecker {
    private static final String CLAIMS = "/claims/";
    static final String ADDRESSES = "/registry/networking.k8s.io/ipaddresses/";
    private static final String SERVICES = "/registry/core/services/";
    private static final String NODES = "/registry/core/nodes/";
    private static final String LISTS = "/claims/nodeports/lists/";

    private final Store store;

    /** Claim to the uid of its holder. */
    private final Map<String, String> holders = new HashMap<>();

    /** By key of a stored object, what it holds. */
    private final Map<String, Set<String>> held = new HashMap<>();

    /** By key of a list of node ports, the claims that it stands for. */
    private final Map<String, Set<String>> lists = new HashMap<>();

    private final Map<String, Set<Prefix>> subnets = new HashMap<>();
    private long revision;

    /**
     * @param store without faults
     */
    ClaimChecker(Store store) {
        this.store = store;
        this.revision = store.revision();
    }

    @FormatMethod
    private static AssertionError wrong(String what, Object... args) {
        return new AssertionError(what.formatted(args));
    }

    /** Who holds a claim, by what the objects say; empty for nobody. */
    boolean isHeld(String claim) {
        return holders.containsKey(claim);
    }

    long heldUnder(String prefix) {
        return holders.keySet().stream().filter(claim -> claim.startsWith(prefix)).count();
    }

    /** To be called after each commit that was applied. */
    void applied(Txn txn, long committed) {
        if (committed <= revision) {
            throw wrong("revision %d comes after %d", committed, revision);
        }
        revision = committed;
        Set<String> touched = new LinkedHashSet<>();
        for (Op op : txn.ops()) {
            if (op.key().startsWith(LISTS)) {
                touched.addAll(lists.getOrDefault(op.key(), Set.of()));
                readList(op.key());
                touched.addAll(lists.getOrDefault(op.key(), Set.of()));
            } else if (op.key().startsWith(CLAIMS) || op.key().startsWith(ADDRESSES)) {
                touched.add(op.key());
            } else if (op.key().startsWith(SERVICES) || op.key().startsWith(NODES)) {
                touched.addAll(object(op.key()));
            }
        }
        touched.forEach(this::compare);
    }

    /** Takes the object as it is stored now; the claims that it holds or held. */
    private Set<String> object(String key) {
        Set<String> touched = new LinkedHashSet<>(held.getOrDefault(key, Set.of()));
        touched.forEach(holders::remove);
        held.remove(key);
        subnets.remove(key);
        store.get(key)
                .ifPresent(entry -> {
                    ObjectNode object = Json.parseObject(entry.value());
                    String uid = Fields.string(object, "metadata", "uid");
                    Set<String> claims = claims(key, object);
                    for (String claim : claims) {
                        String other = holders.putIfAbsent(claim, uid);
                        if (other != null) {
                            throw wrong("%s is of %s and of %s (%s)", claim, other, uid, key);
                        }
                    }
                    held.put(key, claims);
                    touched.addAll(claims);
                });
        return touched;
    }

    private void readList(String key) {
        store.get(key)
                .map(ClaimChecker::ofList)
                .ifPresentOrElse(claims -> lists.put(key, claims), () -> lists.remove(key));
    }

    /** What a list of node ports stands for, such as {@code {"TCP":"30000-30003,30007"}}. */
    private static Set<String> ofList(KeyValue entry) {
        Set<String> claims = new HashSet<>();
        JsonNode ports = Json.parseObject(entry.value()).path("nodePorts");
        for (Map.Entry<String, JsonNode> field : ports.properties()) {
            for (String run : field.getValue().stringValue().split(",", -1)) {
                String[] ends = run.split("-", -1);
                int last = Integer.parseInt(ends[ends.length - 1]);
                for (int port = Integer.parseInt(ends[0]); port <= last; port++) {
                    claims.add(nodePort(field.getKey(), port));
                }
            }
        }
        return claims;
    }

    private void compare(String claim) {
        String holder = holders.getOrDefault(claim, "nobody");
        Set<String> claimants = new HashSet<>();
        store.get(claim).map(this::claimant).ifPresent(claimants::add);
        lists.forEach((key, claims) -> {
            if (claims.contains(claim)
                    && !claimants.add(store.get(key).map(this::claimant).orElseThrow())) {
                throw wrong("%s is claimed by %s twice", claim, claimants);
            }
        });
        String stored = claimants.isEmpty() ? "nobody" : String.join(" and ", claimants);
        if (!holder.equals(stored)) {
            throw wrong("%s is held by %s and claimed by %s", claim, holder, stored);
        }
    }

    /** The uid of the object that a claim names; an IPAddress names a Service. */
    private String claimant(KeyValue claim) {
        ObjectNode value = Json.parseObject(claim.value());
        if (!claim.key().startsWith(ADDRESSES)) {
            return Fields.string(value, "uid");
        }
        JsonNode parent = Fields.at(value, "spec", "parentRef");
        String name = Fields.string(parent, "namespace") + "/" + Fields.string(parent, "name");
        return store.get(SERVICES + name)
                .map(entry -> Fields.string(Json.parseObject(entry.value()), "metadata", "uid"))
                .orElse("services " + name + ", which does not exist");
    }

    private Set<String> claims(String key, ObjectNode object) {
        return key.startsWith(SERVICES) ? ofService(object) : ofNode(key, object);
    }

    private static Set<String> ofService(ObjectNode service) {
        Set<String> claims = new HashSet<>();
        JsonNode spec = service.path("spec");
        String type = spec.path("type").stringValue("");
        if (type.equals("ExternalName")) {
            return claims;
        }
        for (JsonNode ip : spec.path("clusterIPs")) {
            if (!ip.stringValue("").equals("None")) {
                claims.add(clusterIp(ip.stringValue("")));
            }
        }
        if (type.equals("ClusterIP")) {
            return claims;
        }
        for (JsonNode port : spec.path("ports")) {
            if (port.path("nodePort").intValue(0) != 0
                    && !claims.add(
                            nodePort(
                                    port.path("protocol").stringValue("TCP"),
                                    port.path("nodePort").intValue()))) {
                throw wrong("twice in one Service: %s", service);
            }
        }
        if (type.equals("LoadBalancer")
                && spec.path("externalTrafficPolicy").stringValue("").equals("Local")
                && !claims.add(nodePort("TCP", spec.path("healthCheckNodePort").intValue()))) {
            throw wrong("the health check's port twice in one Service: %s", service);
        }
        return claims;
    }

    static String clusterIp(String text) {
        return ADDRESSES + Addr.parse(text);
    }

    static String nodePort(String protocol, int number) {
        return "/claims/nodeports/" + protocol + "/" + number;
    }

    private Set<String> ofNode(String key, ObjectNode node) {
        Set<String> claims = new HashSet<>();
        Set<Prefix> mine = new HashSet<>();
        for (JsonNode text : Fields.at(node, "spec", "podCIDRs")) {
            Prefix prefix = Prefix.parse(text.stringValue(""));
            subnets.forEach((other, prefixes) -> {
                if (prefixes.stream().anyMatch(prefix::overlaps)) {
                    throw wrong("%s of %s overlaps %s of %s", prefix, key, prefixes, other);
                }
            });
            mine.add(prefix);
            // Every block of whole hexadecimal digits that makes up the prefix.
            int bits = (prefix.bits() + 3) / 4 * 4;
            for (int i = 0; i < 1 << (bits - prefix.bits()); i++) {
                byte[] network = prefix.subnet(bits, i).network().toBytes();
                claims.add(
                        "/claims/podcidrs/%s/%s"
                                .formatted(
                                        prefix.family(),
                                        HexFormat.of().formatHex(network).substring(0, bits / 4)));
            }
        }
        subnets.put(key, mine);
        return claims;
    }

    /** Compares everything. */
    void all() {
        ClaimChecker fresh = new ClaimChecker(store);
        for (String prefix : new String[] {SERVICES, NODES}) {
            for (KeyValue entry : store.range(prefix, Store.prefixEnd(prefix), 0, 0).entries()) {
                fresh.object(entry.key());
            }
        }
        if (!fresh.holders.equals(holders)) {
            throw wrong("held: %s, but followed: %s", fresh.holders, holders);
        }
        Map<String, String> claimed = new HashMap<>();
        for (String prefix : new String[] {CLAIMS, ADDRESSES}) {
            for (KeyValue entry : store.range(prefix, Store.prefixEnd(prefix), 0, 0).entries()) {
                boolean list = entry.key().startsWith(LISTS);
                for (String claim : list ? ofList(entry) : Set.of(entry.key())) {
                    String other = claimed.put(claim, claimant(entry));
                    if (other != null) {
                        throw wrong("%s is claimed by %s twice", claim, other);
                    }
                }
            }
        }
        if (!claimed.equals(holders)) {
            throw wrong("held: %s, but claimed: %s", holders, claimed);
        }
    }
}
