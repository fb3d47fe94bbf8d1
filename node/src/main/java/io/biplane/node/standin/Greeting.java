package io.biplane.node.standin;

import tools.jackson.databind.node.ObjectNode;

import java.net.Inet4Address;
import java.net.InetSocketAddress;

/**
 * What a stand-in says of itself and of the connection: the same keys as text lines ({@code key:
 * value}) and as JSON. Addresses are as the pod's socket sees them, so a masqueraded client shows
 * its node's address.
 */
record Greeting(ServedPod pod, InetSocketAddress client, InetSocketAddress server) {

    private String family() {
        return client.getAddress() instanceof Inet4Address ? "IPv4" : "IPv6";
    }

    ObjectNode toJson() {
        return Json.object()
                .put("pod", pod.name())
                .put("namespace", pod.namespace())
                .put("node", pod.node())
                .put("family", family())
                .put("client", SocketText.address(client))
                .put("clientPort", client.getPort())
                .put("server", SocketText.address(server))
                .put("serverPort", server.getPort());
    }

    String toText() {
        StringBuilder text = new StringBuilder();
        toJson().properties()
                .forEach(e ->
                        text.append(e.getKey())
                                .append(": ")
                                .append(e.getValue().asString())
                                .append('\n'));
        return text.toString();
    }
}
