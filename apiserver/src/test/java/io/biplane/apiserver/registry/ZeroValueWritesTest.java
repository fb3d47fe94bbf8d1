package io.biplane.apiserver.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Json;
import io.biplane.apiserver.TestServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Path;

/** A write of values that mean nothing is no change: no generation, no version, no rollout. */
class ZeroValueWritesTest {
    private static final String MERGE = "application/merge-patch+json";
    private static final String STRATEGIC = "application/strategic-merge-patch+json";
    private static final String JSON_PATCH = "application/json-patch+json";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";

    /** With {@code %s} where the template says nothing, at length or not at all. */
    private static final String DEPLOYMENT =
            """
            {"metadata":{"name":"zero"},"spec":{"selector":{"matchLabels":{"app":"zero"}},
             "template":{"metadata":{"labels":{"app":"zero"}},
                         "spec":{%s"containers":[{"name":"c","image":"example.com/c:1"}]}}}}
            """;

    private static final String ZEROS =
            "\"hostNetwork\":false,\"tolerations\":[],\"nodeSelector\":{},\"hostname\":\"\",\"volumes\":null,";

    @TempDir Path directory;
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = new TestServer(directory);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private ObjectNode created(String path, String body) {
        ObjectNode created = server.json("POST", path, body);
        assertThat(created.has("code")).as(Json.text(created)).isFalse();
        return created;
    }

    private void changesNothing(ObjectNode before, ObjectNode after) {
        assertThat(after.path("spec")).isEqualTo(before.path("spec"));
        assertThat(after.path("metadata")).isEqualTo(before.path("metadata"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    application/merge-patch+json           | {"spec":{"template":{"spec":{"hostNetwork":false,"tolerations":[],"nodeSelector":{}}}}}
                    application/merge-patch+json           | {"spec":{"minReadySeconds":0,"paused":false,"template":{"metadata":{"annotations":{}}}}}
                    application/strategic-merge-patch+json | {"spec":{"template":{"spec":{"hostNetwork":false,"tolerations":[],"nodeSelector":{},"containers":[{"name":"c","tty":false,"env":[],"resources":{"limits":{}}}]}}}}
                    application/json-patch+json            | [{"op":"add","path":"/spec/template/spec/containers/0/stdin","value":false}]
                    application/json-patch+json            | [{"op":"add","path":"/spec/template/spec/initContainers","value":[]},{"op":"add","path":"/spec/template/spec/dnsPolicy","value":""}]
                    """)
    void patchesOfEveryFormWithZeroValuesStartNoRollout(String form, String patch) {
        ObjectNode before = created(DEPLOYMENTS, DEPLOYMENT.formatted(""));
        ObjectNode after = server.json("PATCH", DEPLOYMENTS + "/zero", form, patch);
        assertThat(after.at("/metadata/generation").intValue()).isEqualTo(1);
        changesNothing(before, after);
    }

    @Test
    void updatesInJsonAndYamlWithZeroValuesStartNoRollout() {
        ObjectNode before = created(DEPLOYMENTS, DEPLOYMENT.formatted(""));
        String zeros = DEPLOYMENT.formatted(ZEROS);
        for (String form : new String[] {"application/json", "application/yaml"}) {
            ObjectNode after = server.json("PUT", DEPLOYMENTS + "/zero", form, zeros);
            assertThat(after.at("/metadata/generation").intValue()).as(form).isEqualTo(1);
            changesNothing(before, after);
        }
        ObjectNode other =
                server.json("PUT", DEPLOYMENTS + "/zero", DEPLOYMENT.formatted("\"priority\":0,"));
        assertThat(other.at("/metadata/generation").intValue())
                .as("a zero that means something: the field is a pointer upstream")
                .isEqualTo(2);
    }

    @Test
    void anObjectThatWasCreatedWithZeroValuesIsTheOneWithoutThem() {
        ObjectNode with = created(DEPLOYMENTS, DEPLOYMENT.formatted(ZEROS));
        assertThat(with.at("/spec/template/spec").propertyNames())
                .doesNotContain("hostNetwork", "tolerations", "nodeSelector", "hostname");
        ObjectNode without = server.json("PUT", DEPLOYMENTS + "/zero", DEPLOYMENT.formatted(""));
        changesNothing(with, without);
    }

    @Test
    void aServiceHasNoneOfTheEmptyFieldsThatItWasSentWith() {
        ObjectNode service =
                created(
                        "/api/v1/namespaces/default/services",
                        """
                        {"metadata":{"name":"empties","labels":{},"annotations":{},"finalizers":[],"ownerReferences":[]},
                         "spec":{"selector":{},"externalIPs":[],"loadBalancerSourceRanges":[],"loadBalancerIP":"",
                           "externalTrafficPolicy":"","publishNotReadyAddresses":false,"ports":[{"name":"","port":80}]}}
                        """);
        assertThat(service.path("metadata").propertyNames())
                .containsExactlyInAnyOrder(
                        "name", "namespace", "uid", "creationTimestamp", "resourceVersion");
        assertThat(service.path("spec").propertyNames())
                .containsExactlyInAnyOrder(
                        "clusterIP",
                        "clusterIPs",
                        "internalTrafficPolicy",
                        "ipFamilies",
                        "ipFamily",
                        "ipFamilyPolicy",
                        "ports",
                        "sessionAffinity",
                        "type");
        assertThat(service.at("/spec/ports/0").propertyNames())
                .containsExactlyInAnyOrder("port", "protocol", "targetPort");
    }

    /**
     * By merge patch, so that only what is named is sent; of every kind that has a spec or data.
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    /api/v1/namespaces/default/configmaps      | {"data":{"a":""}} | {"binaryData":{},"metadata":{"labels":{},"finalizers":[]}}
                    /api/v1/namespaces/default/secrets         | {"data":{"a":""}} | {"stringData":{},"type":"","metadata":{"annotations":{}}}
                    /api/v1/namespaces/default/serviceaccounts | {} | {"secrets":[],"imagePullSecrets":[]}
                    /api/v1/namespaces                         | {} | {"status":{"conditions":[]},"metadata":{"ownerReferences":[]}}
                    /api/v1/nodes                              | {} | {"spec":{"unschedulable":false,"taints":[],"podCIDR":"","providerID":""}}
                    /api/v1/namespaces/default/pods            | {"spec":{"containers":[{"name":"c","image":"i"}]}} | {"spec":{"hostNetwork":false,"nodeName":"","tolerations":[],"volumes":[]}}
                    /api/v1/namespaces/default/services        | {"spec":{"ports":[{"port":80}]}} | {"spec":{"selector":{},"externalIPs":[],"loadBalancerIP":"","healthCheckNodePort":0}}
                    /api/v1/namespaces/default/endpoints       | {"subsets":[{"addresses":[{"ip":"10.0.0.1"}]}]} | {"subsets":[{"addresses":[{"ip":"10.0.0.1","hostname":""}],"ports":[],"notReadyAddresses":[]}]}
                    /apis/discovery.k8s.io/v1/namespaces/default/endpointslices | {"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"]}]} | {"endpoints":[{"addresses":["10.0.0.1"],"conditions":{},"deprecatedTopology":{}}]}
                    /apis/apps/v1/namespaces/default/replicasets | {"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}} | {"spec":{"minReadySeconds":0,"selector":{"matchExpressions":[]},"template":{"spec":{"hostPID":false}}}}
                    /apis/networking.k8s.io/v1/servicecidrs    | {"spec":{"cidrs":["10.97.0.0/24"]}} | {"status":{"conditions":[]},"metadata":{"labels":{}}}
                    /apis/networking.k8s.io/v1/ipaddresses     | {"metadata":{"name":"10.96.0.9"},"spec":{"parentRef":{"resource":"things","name":"a"}}} | {"spec":{"parentRef":{"group":"","namespace":""}}}
                    """)
    void aPatchOfZeroValuesChangesNothing(String path, String object, String patch) {
        ObjectNode sent = Json.parseObject(object);
        String name = sent.at("/metadata/name").asString("zero");
        Json.child(sent, "metadata").put("name", name);
        ObjectNode before = created(path, Json.text(sent));
        ObjectNode after = server.json("PATCH", path + "/" + name, MERGE, patch);
        assertThat(after).isEqualTo(before);
    }

    @Test
    void aStatusOfZeroValuesIsTheSameStatus() {
        created(DEPLOYMENTS, DEPLOYMENT.formatted(""));
        String status = DEPLOYMENTS + "/zero/status";
        ObjectNode one = server.json("PATCH", status, MERGE, "{\"status\":{\"replicas\":1}}");
        ObjectNode other =
                server.json(
                        "PATCH",
                        status,
                        STRATEGIC,
                        "{\"status\":{\"replicas\":1,\"readyReplicas\":0,\"conditions\":[]}}");
        assertThat(other).isEqualTo(one);
        ObjectNode gone =
                server.json(
                        "PATCH",
                        status,
                        JSON_PATCH,
                        "[{\"op\":\"replace\",\"path\":\"/status/replicas\",\"value\":0}]");
        assertThat(gone.path("status")).isEqualTo(Json.object());
    }
}
