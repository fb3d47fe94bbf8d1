package io.biplane.api.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.FieldError;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.Strategy;
import io.biplane.api.kind.Kinds;
import io.biplane.api.registry.KindRegistry;
import io.biplane.api.registry.Strategies;
import io.biplane.api.service.ServiceCluster;
import io.biplane.netip.IpFamily;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.stream.Collectors;

/** Each kind's faults in upstream's words (faults.txt), and what is filled in. */
class StrategiesTest {
    private static final Strategies ALL =
            new Strategies(
                    new KindRegistry(Kinds.BUILT_IN),
                    new ServiceCluster(List.of(IpFamily.IPV4, IpFamily.IPV6), true));

    private static Resource kind(String name) {
        return Kinds.BUILT_IN.resources().stream()
                .filter(r -> r.kind().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static ObjectNode object(String kind, String json) {
        ObjectNode object = Json.parseObject(json);
        ObjectNode meta = Json.child(object, "metadata");
        if (!meta.has("name")) {
            meta.put("name", "x");
        }
        if (kind(kind).namespaced()) {
            meta.put("namespace", "default");
        }
        return object;
    }

    private static ObjectNode created(String kind, String json) {
        ObjectNode object = object(kind, json);
        Strategy strategy = ALL.of(kind(kind));
        strategy.applyDefaults(object);
        strategy.prepareForCreate(object);
        return object;
    }

    private static String text(List<FieldError> errors) {
        return errors.stream().map(FieldError::toString).collect(Collectors.joining("; "));
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvFileSource(
            resources = "faults.txt",
            delimiter = '|',
            commentCharacter = '#',
            maxCharsPerColumn = 10_000)
    void faultsOfNewObjects(String kind, String json, String expected) {
        assertThat(text(ALL.of(kind(kind)).validate(created(kind, json))))
                .isEqualTo(expected == null ? "" : expected);
    }

    @ParameterizedTest(name = "{0} {1} -> {2}")
    @CsvFileSource(
            resources = "changes.txt",
            delimiter = '|',
            commentCharacter = '#',
            maxCharsPerColumn = 10_000)
    void faultsOfChanges(String kind, String before, String after, String expected) {
        ObjectNode old = created(kind, before);
        ObjectNode now = object(kind, after);
        Strategy strategy = ALL.of(kind(kind));
        strategy.applyDefaults(now);
        strategy.prepareForUpdate(now, old);
        assertThat(text(strategy.validateUpdate(now, old)))
                .isEqualTo(expected == null ? "" : expected);
    }

    @Test
    void aPodGetsUpstreamsDefaults() {
        ObjectNode pod =
                created(
                        "Pod",
                        "{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"nginx\",\"ports\":[{\"containerPort\":80}]}]}}");
        assertThat(pod.path("spec"))
                .isEqualTo(
                        Json.parse(
                                """
                                {"containers":[{"name":"c","image":"nginx","ports":[{"containerPort":80,"protocol":"TCP"}],
                                "imagePullPolicy":"Always","terminationMessagePath":"/dev/termination-log",
                                "terminationMessagePolicy":"File","resources":{}}],
                                "restartPolicy":"Always","dnsPolicy":"ClusterFirst","schedulerName":"default-scheduler",
                                "terminationGracePeriodSeconds":30,"securityContext":{},"enableServiceLinks":true}
                                """));
        assertThat(pod.path("status"))
                .isEqualTo(Json.parse("{\"phase\":\"Pending\",\"qosClass\":\"BestEffort\"}"));
    }

    @Test
    void aDeploymentGetsUpstreamsDefaults() {
        ObjectNode spec = (ObjectNode) created("Deployment", "{\"spec\":{}}").get("spec");
        spec.remove("template");
        assertThat(spec)
                .isEqualTo(
                        Json.parse(
                                """
                                {"replicas":1,"revisionHistoryLimit":10,"progressDeadlineSeconds":600,
                                "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}}}
                                """));
    }

    @Test
    void aNodesSingularPodCidrWins() {
        ObjectNode node =
                created(
                        "Node",
                        "{\"spec\":{\"podCIDR\":\"10.1.0.0/24\",\"podCIDRs\":[\"10.2.0.0/24\",\"fd00::/64\"]}}");
        assertThat(node.path("spec"))
                .isEqualTo(
                        Json.parse("{\"podCIDR\":\"10.1.0.0/24\",\"podCIDRs\":[\"10.1.0.0/24\"]}"));
    }

    @Test
    void aPodsAddressesAreCheckedPerFamily() {
        ObjectNode pod = created("Pod", "{\"spec\":{}}");
        pod.set(
                "status",
                Json.parse(
                        "{\"podIPs\":[{\"ip\":\"10.0.0.1\"},{\"ip\":\"10.0.0.2\"}],\"hostIP\":\"10.9.0.1\",\"hostIPs\":[{\"ip\":\"fd00::1\"}]}"));
        Strategy strategy = ALL.of(Kinds.PODS);
        ObjectNode old = created("Pod", "{\"spec\":{}}");
        strategy.prepareForStatusUpdate(pod, old);
        assertThat(pod.path("status").path("podIP").stringValue()).isEqualTo("10.0.0.1");
        assertThat(text(strategy.validateStatusUpdate(pod, old)))
                .isEqualTo(
                        "status.podIPs: Invalid value: [{\"ip\":\"10.0.0.1\"},{\"ip\":\"10.0.0.2\"}]: may specify no more than one IP for each IP family; "
                                + "status.hostIPs[0].ip: Invalid value: \"fd00::1\": must be equal to `hostIP`");
    }
}
