package io.biplane.cli.crash;

import io.biplane.api.Json;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Random;

/** The kinds that writers write, and what they write. */
enum Kind {
    SERVICE("/api/v1/namespaces/default/services") {
        @Override
        void fill(ObjectNode object, String stamp, Random random) {
            ObjectNode spec = Json.child(object, "spec");
            String type = pick(random, "ClusterIP", "NodePort", "LoadBalancer");
            spec.put("type", type);
            spec.put("ipFamilyPolicy", "RequireDualStack");
            spec.put("externalTrafficPolicy", "Cluster");
            spec.remove(List.of("healthCheckNodePort", "allocateLoadBalancerNodePorts"));
            spec.putObject("selector").put("stamp", stamp);
            if (type.equals("ClusterIP")) {
                spec.remove("externalTrafficPolicy");
            } else if (type.equals("LoadBalancer")) {
                spec.put("externalTrafficPolicy", "Local");
            }
            ArrayNode ports = spec.putArray("ports");
            // now and then so many that one claim stands for all of them
            int number = random.nextInt(8) == 0 ? 20 + random.nextInt(10) : 1 + random.nextInt(3);
            for (int i = 0; i < number; i++) {
                ports.addObject().put("name", "tcp" + i).put("port", 80 + i).put("protocol", "TCP");
            }
            if (random.nextInt(4) == 0) {
                ports.addObject().put("name", "udp").put("port", 80).put("protocol", "UDP");
            }
        }
    },
    CONFIG_MAP("/api/v1/namespaces/default/configmaps") {
        @Override
        void fill(ObjectNode object, String stamp, Random random) {
            object.putObject("data")
                    .put("stamp", stamp)
                    .put("padding", "x".repeat(random.nextInt(300)));
        }
    },
    NODE("/api/v1/nodes") {
        @Override
        void fill(ObjectNode object, String stamp, Random random) {
            ObjectNode spec = Json.child(object, "spec");
            if (!spec.has("podCIDRs") && random.nextInt(5) > 0) {
                // so few that nodes get in each other's way
                int i = random.nextInt(256);
                String first = "10.244.%d.0/24".formatted(i);
                spec.put("podCIDR", first);
                spec.putArray("podCIDRs").add(first).add("fd00:244:0:%x::/64".formatted(i));
            }
        }
    };

    static final List<Kind> ALL = List.of(values());

    final String collection;

    Kind(String collection) {
        this.collection = collection;
    }

    /** Gives an object that is new, or that was read, a new content. */
    abstract void fill(ObjectNode object, String stamp, Random random);

    String path(String name) {
        return collection + "/" + name;
    }

    /** What a writer sends: {@code base} with a content of its own. */
    ObjectNode body(ObjectNode base, String name, String stamp, Random random) {
        ObjectNode object = base.deepCopy();
        ObjectNode metadata = Json.child(object, "metadata").put("name", name);
        Json.child(metadata, "annotations").put("stamp", stamp);
        fill(object, stamp, random);
        return object;
    }

    private static String pick(Random random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** Whether everything that was sent is in what is stored, but for what the server sets. */
    static boolean covers(JsonNode stored, JsonNode sent) {
        if (sent.isObject()) {
            return sent.properties().stream()
                    .allMatch(field ->
                            field.getKey().equals("resourceVersion")
                                    || field.getKey().equals("generation")
                                    || covers(stored.path(field.getKey()), field.getValue()));
        }
        if (sent.isArray()) {
            if (sent.size() != stored.size()) {
                return false;
            }
            for (int i = 0; i < sent.size(); i++) {
                if (!covers(stored.path(i), sent.path(i))) {
                    return false;
                }
            }
            return true;
        }
        return stored.equals(sent);
    }
}
