package io.biplane.api.strategy.pod;

import static io.biplane.api.strategy.NamedStrategy.fill;
import static io.biplane.api.strategy.NamedStrategy.objects;

import io.biplane.api.Fields;
import io.biplane.api.Json;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Map;

/** What a pod's spec gets when it is decoded, in a Pod and in the template of a workload alike. */
public final class PodSpecDefaults {
    private static final int GRACE_SECONDS = 30;
    private static final int FILE_MODE = 0644;
    private static final List<String> CONTAINER_LISTS =
            List.of("containers", "initContainers", "ephemeralContainers");

    private PodSpecDefaults() {}

    /** Fills in what is missing. */
    public static void apply(ObjectNode spec) {
        fill(spec, "restartPolicy", "Always");
        fill(spec, "dnsPolicy", "ClusterFirst");
        fill(spec, "schedulerName", "default-scheduler");
        fill(spec, "terminationGracePeriodSeconds", GRACE_SECONDS);
        Json.child(spec, "securityContext");
        accountName(spec);
        boolean hostNetwork = spec.path("hostNetwork").booleanValue(false);
        for (String list : CONTAINER_LISTS) {
            objects(spec.path(list)).forEach(container -> container(container, hostNetwork));
        }
        objects(spec.path("volumes")).forEach(PodSpecDefaults::volume);
    }

    /** The field has an older name, which clients still read. */
    private static void accountName(ObjectNode spec) {
        String name = Fields.string(spec, "serviceAccountName");
        String older = Fields.string(spec, "serviceAccount");
        if (name.isEmpty()) {
            name = older;
        }
        if (!name.isEmpty()) {
            spec.put("serviceAccountName", name).put("serviceAccount", name);
        }
    }

    private static void container(ObjectNode container, boolean hostNetwork) {
        fill(container, "imagePullPolicy", pullPolicy(Fields.string(container, "image")));
        fill(container, "terminationMessagePath", "/dev/termination-log");
        fill(container, "terminationMessagePolicy", "File");
        for (ObjectNode port : objects(container.path("ports"))) {
            fill(port, "protocol", "TCP");
            if (hostNetwork
                    && port.path("hostPort").intValue(0) == 0
                    && port.has("containerPort")) {
                port.set("hostPort", port.get("containerPort"));
            }
        }
        for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
            if (container.get(probe) instanceof ObjectNode object) {
                probe(object);
            }
        }
        for (String hook : List.of("postStart", "preStop")) {
            httpGet(Fields.at(container, "lifecycle", hook, "httpGet"));
        }
        for (JsonNode variable : container.path("env")) {
            if (Fields.at(variable, "valueFrom", "fieldRef") instanceof ObjectNode fieldRef) {
                fill(fieldRef, "apiVersion", "v1");
            }
        }
        resources(Json.child(container, "resources"));
    }

    /** Images without a tag mean the latest, which may be another one tomorrow. */
    private static String pullPolicy(String image) {
        String name = image.substring(image.lastIndexOf('/') + 1);
        boolean pinned = name.contains("@") || (name.contains(":") && !name.endsWith(":latest"));
        return pinned ? "IfNotPresent" : "Always";
    }

    private static void probe(ObjectNode probe) {
        fill(probe, "timeoutSeconds", 1);
        fill(probe, "periodSeconds", 10);
        fill(probe, "successThreshold", 1);
        fill(probe, "failureThreshold", 3);
        httpGet(probe.path("httpGet"));
    }

    private static void httpGet(JsonNode httpGet) {
        if (httpGet instanceof ObjectNode object) {
            fill(object, "path", "/");
            fill(object, "scheme", "HTTP");
        }
    }

    /** What is limited is requested, too. */
    private static void resources(ObjectNode resources) {
        for (Map.Entry<String, JsonNode> limit : resources.path("limits").properties()) {
            ObjectNode requests = Json.child(resources, "requests");
            if (!requests.has(limit.getKey())) {
                requests.set(limit.getKey(), limit.getValue());
            }
        }
    }

    private static void volume(ObjectNode volume) {
        if (volume.size() == 1) {
            volume.putObject("emptyDir"); // only a name
        }
        for (String source : List.of("configMap", "secret", "projected", "downwardAPI")) {
            if (volume.get(source) instanceof ObjectNode object) {
                fill(object, "defaultMode", FILE_MODE);
            }
        }
        for (ObjectNode part : objects(volume.path("projected").path("sources"))) {
            if (part.get("serviceAccountToken") instanceof ObjectNode token) {
                fill(token, "expirationSeconds", 3600);
            }
        }
        if (volume.get("hostPath") instanceof ObjectNode hostPath && !hostPath.hasNonNull("type")) {
            hostPath.put("type", "");
        }
    }
}
