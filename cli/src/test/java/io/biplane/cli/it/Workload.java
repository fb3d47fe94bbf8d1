package io.biplane.cli.it;

import io.biplane.netip.Addr;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A Deployment of pods that answer on port 8080, and the dual-stack NodePort Service before it. */
record Workload(String name, int replicas) {
    static final int PORT = 8080;

    private static final String MANIFEST =
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: NAME}
            spec:
              replicas: REPLICAS
              selector: {matchLabels: {app: NAME}}
              template:
                metadata: {labels: {app: NAME}}
                spec:
                  containers:
                  - {name: c, image: "agnhost:2.53", args: [netexec, --http-port=8080], ports: [{containerPort: 8080}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: NAME}
            spec:
              type: NodePort
              ipFamilyPolicy: RequireDualStack
              selector: {app: NAME}
              ports: [{port: 80, targetPort: 8080}]
            """;

    /** Makes it; it need not run yet. */
    void apply(TestCluster cluster) {
        cluster.apply(
                MANIFEST.replace("NAME", name).replace("REPLICAS", Integer.toString(replicas)));
    }

    /** Waits until all its pods are ready. */
    void await(TestCluster cluster) {
        cluster.kubectl("rollout", "status", "deployment/" + name, "--timeout=60s");
    }

    /** Its pods' addresses, by name. */
    Map<String, List<Addr>> pods(TestCluster cluster) {
        Map<String, List<Addr>> pods = new LinkedHashMap<>();
        for (JsonNode pod : cluster.get("pods", "-l", "app=" + name).path("items")) {
            List<Addr> addresses = new ArrayList<>();
            pod.at("/status/podIPs")
                    .forEach(ip -> addresses.add(Addr.parse(ip.path("ip").asString())));
            pods.put(pod.at("/metadata/name").asString(), addresses);
        }
        return pods;
    }

    /** Its Service's cluster IPs. */
    List<Addr> clusterIps(TestCluster cluster) {
        List<Addr> addresses = new ArrayList<>();
        cluster.get("service", name)
                .at("/spec/clusterIPs")
                .forEach(ip -> addresses.add(Addr.parse(ip.asString())));
        return addresses;
    }

    /** Every address of these pods, and who is to answer there. */
    static List<Traffic.Question> questions(Map<String, List<Addr>> pods) {
        List<Traffic.Question> questions = new ArrayList<>();
        pods.forEach((to, addresses) ->
                addresses.forEach(a -> questions.add(new Traffic.Question(a, PORT, to))));
        return questions;
    }
}
