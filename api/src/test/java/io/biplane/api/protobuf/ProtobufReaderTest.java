package io.biplane.api.protobuf;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.type.Decoder;
import io.biplane.api.type.FieldValidation;
import io.kubernetes.client.proto.IntStr.IntOrString;
import io.kubernetes.client.proto.Meta;
import io.kubernetes.client.proto.Resource.Quantity;
import io.kubernetes.client.proto.V1;
import io.kubernetes.client.proto.V1Apps;
import io.kubernetes.client.proto.V1Autoscaling;
import io.kubernetes.client.proto.V1Coordination;
import io.kubernetes.client.proto.V1Discovery;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

class ProtobufReaderTest {
    static List<String> kubectl() throws IOException {
        try (InputStream in = ProtobufReaderTest.class.getResourceAsStream("kubectl.txt")) {
            String text =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().filter(line -> !line.startsWith("#")).toList();
        }
    }

    @ParameterizedTest
    @MethodSource("kubectl")
    void whatKubectlSendsMeansWhatKubectlPrints(String line) {
        int blank = line.indexOf(' ');
        ObjectNode sent = ProtobufReader.read(Base64.getDecoder().decode(line.substring(0, blank)));
        assertThat(decoded(sent)).isEqualTo(decoded(Json.parseObject(line.substring(blank + 1))));
    }

    /** As the API server takes it in, whatever form it came in. */
    private static ObjectNode decoded(ObjectNode object) {
        Decoder.decode(
                object,
                Fields.string(object, "apiVersion"),
                Fields.string(object, "kind"),
                FieldValidation.STRICT);
        return object;
    }

    private static void assertReads(Message message, String apiVersion, String kind, String json) {
        ObjectNode object = ProtobufReader.read(Bodies.body(apiVersion, kind, message));
        ObjectNode expected = Json.object().put("apiVersion", apiVersion).put("kind", kind);
        expected.setAll(Json.parseObject(json));
        assertThat(object).isEqualTo(expected);
        assertThat(decoded(object)).isEqualTo(decoded(expected));
    }

    @Test
    void zerosCountWhereUpstreamHasPointersAndAreDroppedElsewhere() {
        V1Apps.Deployment deployment =
                V1Apps.Deployment.newBuilder()
                        .setMetadata(
                                Meta.ObjectMeta.newBuilder()
                                        .setName("d")
                                        .setGenerateName("")
                                        .setGeneration(0)
                                        .setDeletionGracePeriodSeconds(0)
                                        .setCreationTimestamp(Meta.Time.newBuilder()))
                        .setSpec(
                                V1Apps.DeploymentSpec.newBuilder()
                                        .setReplicas(0)
                                        .setMinReadySeconds(0)
                                        .setPaused(false)
                                        .setRevisionHistoryLimit(0)
                                        .setStrategy(
                                                V1Apps.DeploymentStrategy.newBuilder()
                                                        .setType("")
                                                        .setRollingUpdate(
                                                                V1Apps.RollingUpdateDeployment
                                                                        .newBuilder()
                                                                        .setMaxSurge(percent("25%"))
                                                                        .setMaxUnavailable(
                                                                                number(0)))))
                        .setStatus(V1Apps.DeploymentStatus.newBuilder().setReplicas(0))
                        .build();
        assertReads(
                deployment,
                "apps/v1",
                "Deployment",
                """
                {"metadata":{"name":"d","deletionGracePeriodSeconds":0},
                 "spec":{"replicas":0,"revisionHistoryLimit":0,
                         "strategy":{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":0}}},
                 "status":{}}
                """);
    }

    @Test
    void podsHaveEmbeddedMessagesQuantitiesAndEmptyOnes() {
        V1.Container.Builder container =
                V1.Container.newBuilder()
                        .setName("")
                        .addArgs("")
                        .addArgs("-v")
                        .addEnv(
                                V1.EnvVar.newBuilder()
                                        .setName("A")
                                        .setValueFrom(
                                                V1.EnvVarSource.newBuilder()
                                                        .setSecretKeyRef(
                                                                V1.SecretKeySelector.newBuilder()
                                                                        .setLocalObjectReference(
                                                                                V1
                                                                                        .LocalObjectReference
                                                                                        .newBuilder()
                                                                                        .setName(
                                                                                                "s"))
                                                                        .setKey("k")
                                                                        .setOptional(false))))
                        .setReadinessProbe(
                                V1.Probe.newBuilder()
                                        .setHandler(
                                                V1.ProbeHandler.newBuilder()
                                                        .setHttpGet(
                                                                V1.HTTPGetAction.newBuilder()
                                                                        .setPath("/")
                                                                        .setPort(number(8080))))
                                        .setPeriodSeconds(3))
                        .setResources(
                                V1.ResourceRequirements.newBuilder()
                                        .putLimits("cpu", quantity("100m"))
                                        .putLimits("memory", Quantity.getDefaultInstance()));
        V1.Pod pod =
                V1.Pod.newBuilder()
                        .setSpec(
                                V1.PodSpec.newBuilder()
                                        .addContainers(container)
                                        .addVolumes(
                                                V1.Volume.newBuilder()
                                                        .setName("v")
                                                        .setVolumeSource(
                                                                V1.VolumeSource.newBuilder()
                                                                        .setEmptyDir(
                                                                                V1
                                                                                        .EmptyDirVolumeSource
                                                                                        .newBuilder())))
                                        .setSecurityContext(
                                                V1.PodSecurityContext.newBuilder()
                                                        .setRunAsUser(0)
                                                        .setFsGroup(1L << 40)
                                                        .addSupplementalGroups(0)
                                                        .addSupplementalGroups(-1))
                                        .setPriority(-5)
                                        .setTerminationGracePeriodSeconds(0)
                                        .setHostNetwork(false))
                        .build();
        assertReads(
                pod,
                "v1",
                "Pod",
                """
                {"spec":{"containers":[{"name":"","args":["","-v"],
                   "env":[{"name":"A","valueFrom":{"secretKeyRef":
                     {"name":"s","key":"k","optional":false}}}],
                   "readinessProbe":{"httpGet":{"path":"/","port":8080},"periodSeconds":3},
                   "resources":{"limits":{"cpu":"100m","memory":"0"}}}],
                 "volumes":[{"name":"v","emptyDir":{}}],
                 "securityContext":{"runAsUser":0,"fsGroup":1099511627776,
                   "supplementalGroups":[0,-1]},
                 "priority":-5,"terminationGracePeriodSeconds":0}}
                """);
    }

    @Test
    void servicesKeepTheOrderOfTheirFamilies() {
        V1.Service service =
                V1.Service.newBuilder()
                        .setMetadata(Meta.ObjectMeta.newBuilder().setName("s").putLabels("a", ""))
                        .setSpec(
                                V1.ServiceSpec.newBuilder()
                                        .addPorts(
                                                V1.ServicePort.newBuilder()
                                                        .setName("")
                                                        .setPort(80)
                                                        .setNodePort(0)
                                                        .setTargetPort(number(0)))
                                        .addIpFamilies("IPv6")
                                        .addIpFamilies("IPv4")
                                        .setIpFamilyPolicy("PreferDualStack")
                                        .setAllocateLoadBalancerNodePorts(false)
                                        .setPublishNotReadyAddresses(false)
                                        .setClusterIP("None")
                                        .addClusterIPs("None"))
                        .setStatus(
                                V1.ServiceStatus.newBuilder()
                                        .setLoadBalancer(V1.LoadBalancerStatus.newBuilder()))
                        .build();
        assertReads(
                service,
                "v1",
                "Service",
                """
                {"metadata":{"name":"s","labels":{"a":""}},
                 "spec":{"ports":[{"port":80,"targetPort":0}],"ipFamilies":["IPv6","IPv4"],
                   "ipFamilyPolicy":"PreferDualStack","allocateLoadBalancerNodePorts":false,
                   "clusterIP":"None","clusterIPs":["None"]},
                 "status":{"loadBalancer":{}}}
                """);
    }

    @Test
    void bytesAreBase64() {
        V1.Secret secret =
                V1.Secret.newBuilder()
                        .putData("k", ByteString.copyFrom(new byte[] {0, -1, 1}))
                        .putData("empty", ByteString.EMPTY)
                        .putStringData("text", "é")
                        .setImmutable(false)
                        .setType("Opaque")
                        .build();
        assertReads(
                secret,
                "v1",
                "Secret",
                """
                {"data":{"k":"AP8B","empty":""},"stringData":{"text":"é"},"immutable":false,
                 "type":"Opaque"}
                """);
    }

    @Test
    void nodesHaveTimesAndManagedFields() {
        V1.Node node =
                V1.Node.newBuilder()
                        .setMetadata(
                                Meta.ObjectMeta.newBuilder()
                                        .addManagedFields(
                                                Meta.ManagedFieldsEntry.newBuilder()
                                                        .setManager("kubectl")
                                                        .setTime(time(1_600_000_000, 999_999_999))
                                                        .setFieldsV1(
                                                                Meta.FieldsV1.newBuilder()
                                                                        .setRaw(
                                                                                ByteString
                                                                                        .copyFromUtf8(
                                                                                                "{\"f:spec\":{}}")))))
                        .setSpec(V1.NodeSpec.newBuilder().addPodCIDRs("fd00::/64"))
                        .setStatus(
                                V1.NodeStatus.newBuilder()
                                        .putCapacity("pods", quantity("110"))
                                        .addConditions(
                                                V1.NodeCondition.newBuilder()
                                                        .setType("Ready")
                                                        .setStatus("True")
                                                        .setLastHeartbeatTime(time(0, 1))
                                                        .setLastTransitionTime(time(-1, 0))))
                        .build();
        assertReads(
                node,
                "v1",
                "Node",
                """
                {"metadata":{"managedFields":[{"manager":"kubectl","time":"2020-09-13T12:26:40Z",
                   "fieldsV1":{"f:spec":{}}}]},
                 "spec":{"podCIDRs":["fd00::/64"]},
                 "status":{"capacity":{"pods":"110"},"conditions":[{"type":"Ready","status":"True",
                   "lastHeartbeatTime":"1970-01-01T00:00:00Z",
                   "lastTransitionTime":"1969-12-31T23:59:59Z"}]}}
                """);
    }

    @Test
    void leasesHaveMicroseconds() {
        V1Coordination.Lease lease =
                V1Coordination.Lease.newBuilder()
                        .setSpec(
                                V1Coordination.LeaseSpec.newBuilder()
                                        .setHolderIdentity("")
                                        .setRenewTime(
                                                Meta.MicroTime.newBuilder()
                                                        .setSeconds(1_600_000_000)
                                                        .setNanos(1_500)))
                        .build();
        assertReads(
                lease,
                "coordination.k8s.io/v1",
                "Lease",
                """
                {"spec":{"holderIdentity":"","renewTime":"2020-09-13T12:26:40.000001Z"}}
                """);
    }

    @Test
    void endpointSlicesTellAnUnnamedPortFromNone() {
        V1Discovery.EndpointSlice slice =
                V1Discovery.EndpointSlice.newBuilder()
                        .setAddressType("IPv6")
                        .addEndpoints(
                                V1Discovery.Endpoint.newBuilder()
                                        .addAddresses("fd00::1")
                                        .setConditions(
                                                V1Discovery.EndpointConditions.newBuilder()
                                                        .setReady(false)))
                        .addPorts(V1Discovery.EndpointPort.newBuilder().setName("").setPort(80))
                        .build();
        assertReads(
                slice,
                "discovery.k8s.io/v1",
                "EndpointSlice",
                """
                {"addressType":"IPv6","endpoints":[{"addresses":["fd00::1"],
                   "conditions":{"ready":false}}],"ports":[{"name":"","port":80}]}
                """);
    }

    @Test
    void deleteOptionsAndScalesAreReadUnderAnyGroup() {
        Meta.DeleteOptions options =
                Meta.DeleteOptions.newBuilder()
                        .setGracePeriodSeconds(0)
                        .setPropagationPolicy("Foreground")
                        .setPreconditions(Meta.Preconditions.newBuilder().setUid("u"))
                        .addDryRun("All")
                        .build();
        for (String version : List.of("v1", "apps/v1")) {
            assertReads(
                    options,
                    version,
                    "DeleteOptions",
                    """
                    {"gracePeriodSeconds":0,"propagationPolicy":"Foreground",
                     "preconditions":{"uid":"u"},"dryRun":["All"]}
                    """);
        }
        assertReads(
                V1Autoscaling.Scale.newBuilder()
                        .setSpec(V1Autoscaling.ScaleSpec.newBuilder().setReplicas(0))
                        .setStatus(V1Autoscaling.ScaleStatus.newBuilder().setReplicas(0))
                        .build(),
                "autoscaling/v1",
                "Scale",
                "{\"spec\":{},\"status\":{\"replicas\":0}}");
    }

    private static IntOrString number(int value) {
        return IntOrString.newBuilder().setType(0).setIntVal(value).setStrVal("").build();
    }

    private static IntOrString percent(String value) {
        return IntOrString.newBuilder().setType(1).setIntVal(0).setStrVal(value).build();
    }

    private static Quantity quantity(String value) {
        return Quantity.newBuilder().setString(value).build();
    }

    private static Meta.Time time(long seconds, int nanos) {
        return Meta.Time.newBuilder().setSeconds(seconds).setNanos(nanos).build();
    }
}
