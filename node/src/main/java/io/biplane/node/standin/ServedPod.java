package io.biplane.node.standin;

import io.biplane.netip.Addr;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.util.List;

/**
 * A pod as its stand-in needs to know it: who it says it is, and where it listens.
 *
 * @param uid the pod's uid: a pod made anew under the same name is another one
 * @param netns the bound network namespace in which the sockets are opened
 * @param addresses its addresses, at most one of each family
 * @param hostname what the pod takes for its host name
 * @param run which run of the containers this is; a higher number starts exited ones again
 */
public record ServedPod(
        String uid,
        String namespace,
        String name,
        String node,
        String hostname,
        Path netns,
        List<Addr> addresses,
        int run,
        List<ServedContainer> containers) {
    public ServedPod {
        addresses = List.copyOf(addresses);
        containers = List.copyOf(containers);
    }

    static ServedPod of(JsonNode json) {
        return new ServedPod(
                json.path("uid").asString(),
                json.path("namespace").asString(),
                json.path("name").asString(),
                json.path("node").asString(),
                json.path("hostname").asString(),
                Path.of(json.path("netns").asString()),
                Json.list(json.path("addresses"), a -> Addr.parse(a.asString())),
                json.path("run").asInt(0),
                Json.list(json.path("containers"), ServedContainer::of));
    }

    ObjectNode toJson() {
        ObjectNode json =
                Json.object()
                        .put("uid", uid)
                        .put("namespace", namespace)
                        .put("name", name)
                        .put("node", node)
                        .put("hostname", hostname)
                        .put("netns", netns.toString())
                        .put("run", run);
        json.set("addresses", Json.strings(addresses.stream().map(Addr::toString).toList()));
        json.set("containers", Json.array(containers, ServedContainer::toJson));
        return json;
    }
}
