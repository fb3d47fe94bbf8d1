package io.biplane.node.standin;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/**
 * One container of a pod and the ports on which its stand-in answers.
 *
 * @param tcpPorts ascending, each 1..65535
 * @param udpPorts ascending, each 1..65535
 */
public record ServedContainer(String name, List<Integer> tcpPorts, List<Integer> udpPorts) {
    public ServedContainer {
        tcpPorts = tcpPorts.stream().distinct().sorted().toList();
        udpPorts = udpPorts.stream().distinct().sorted().toList();
        tcpPorts.forEach(ServedContainer::check);
        udpPorts.forEach(ServedContainer::check);
    }

    private static void check(int port) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port %d is not in 1..65535".formatted(port));
        }
    }

    static ServedContainer of(JsonNode json) {
        return new ServedContainer(
                json.path("name").asString(),
                Json.list(json.path("tcp"), JsonNode::asInt),
                Json.list(json.path("udp"), JsonNode::asInt));
    }

    JsonNode toJson() {
        ObjectNode json = Json.object().put("name", name);
        json.set("tcp", Json.integers(tcpPorts));
        json.set("udp", Json.integers(udpPorts));
        return json;
    }
}
