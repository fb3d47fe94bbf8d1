package io.biplane.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What people type: a recent kubectl and Debian's 1.20 against the server over HTTPS. */
class KubectlTest {
    private static final int DEADLINE_SECONDS = 60;

    @TempDir Path directory;

    /** The programs; which of them are there depends on the machine. */
    enum Kubectl {
        RECENT {
            @Override
            Optional<Path> find() {
                return Arrays.stream(System.getenv("PATH").split(":", -1))
                        .map(directory -> Path.of(directory, "kubectl"))
                        .filter(Files::isExecutable)
                        .findFirst();
            }
        },

        /** Debian's, which {@code .ci/witnesses} unpacks. */
        DEBIAN_1_20 {
            @Override
            Optional<Path> find() {
                return Optional.of(Path.of("../target/witnesses/usr/bin/kubectl").toAbsolutePath())
                        .filter(Files::isExecutable);
            }
        };

        abstract Optional<Path> find();
    }

    @ParameterizedTest
    @EnumSource(Kubectl.class)
    void aDayOfWorkSucceeds(Kubectl which) throws Exception {
        Optional<Path> program = which.find();
        if (program.isEmpty()) {
            String reason = "kubectl tests need kubectl " + which;
            if (System.getenv("CI") != null) {
                throw new AssertionError(reason + "; in CI that is an error");
            }
            System.err.println("SKIPPED KubectlTest: " + reason);
            abort(reason);
        }
        try (TestServer server = new TestServer(directory)) {
            Session kubectl = new Session(program.orElseThrow(), server.kubeconfig());
            services(kubectl);
            configMaps(kubectl);
            workloads(kubectl);
            namespaces(kubectl);
            discovery(kubectl);
        }
    }

    private static void services(Session kubectl) throws Exception {
        kubectl.applies(
                """
                apiVersion: v1
                kind: Service
                metadata: {name: my-service, labels: {app: MyApp}}
                spec:
                  ipFamily: IPv6
                  selector: {app: MyApp}
                  ports: [{protocol: TCP, port: 80, targetPort: 9376}]
                """);
        assertThat(kubectl.run("get", "svc", "my-service", "-o", "yaml"))
                .contains("ipFamily: IPv6", "- fd00:10:96::", "ipFamilyPolicy: SingleStack");
        assertThat(kubectl.run("get", "svc", "-l", "app=MyApp"))
                .containsPattern("my-service +ClusterIP +fd00:10:96::[0-9a-f:]+ +<none> +80/TCP");
        assertThat(kubectl.run("describe", "svc", "my-service"))
                .contains("Selector:", "app=MyApp", "TargetPort:", "9376/TCP");
        assertThat(kubectl.run("get", "svc", "kubernetes", "-o", "wide"))
                .containsPattern("kubernetes +ClusterIP +10.96.0.1 +<none> +443/TCP .*<none>");
        assertThat(kubectl.fails("create", "service", "clusterip", "my-service", "--tcp=1:1"))
                .contains("services \"my-service\" already exists");
        assertThat(kubectl.run("delete", "svc", "my-service")).contains("deleted");
    }

    private static void configMaps(Session kubectl) throws Exception {
        String map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c1}\ndata: {a: \"%s\"}\n";
        assertThat(kubectl.applies(map.formatted("1"))).contains("created");
        assertThat(kubectl.applies(map.formatted("1"))).contains("unchanged");
        assertThat(kubectl.applies(map.formatted("2"))).contains("configured");
        kubectl.run("label", "cm", "c1", "tier=web");
        kubectl.run("annotate", "cm", "c1", "note=x");
        kubectl.run("patch", "cm", "c1", "--type=merge", "-p", "{\"data\":{\"b\":\"3\"}}");
        kubectl.run(
                "patch",
                "cm",
                "c1",
                "--type=json",
                "-p",
                "[{\"op\":\"remove\",\"path\":\"/data/a\"}]");
        assertThat(kubectl.run("get", "cm", "-l", "tier=web", "-o", "jsonpath={.items[0].data}"))
                .isEqualTo("{\"b\":\"3\"}");
        assertThat(kubectl.run("get", "cm", "-l", "tier!=web")).doesNotContain("c1");
        kubectl.run("delete", "cm", "c1");
        assertThat(kubectl.fails("get", "cm", "c1")).contains("configmaps \"c1\" not found");
    }

    private static void workloads(Session kubectl) throws Exception {
        kubectl.run("create", "deployment", "web", "--image=registry/web:1");
        kubectl.run("scale", "deployment", "web", "--replicas=3");
        assertThat(kubectl.run("get", "deployment", "web")).containsPattern("web +0/3");
        kubectl.run("set", "image", "deployment/web", "web=registry/web:2");
        assertThat(kubectl.run("get", "deploy", "web", "-o", "jsonpath={.metadata.generation}"))
                .isEqualTo("3");
        assertThat(kubectl.run("describe", "deployment", "web")).contains("registry/web:2");
        assertThat(kubectl.run("rollout", "status", "deployment/web", "--watch=false"))
                .contains("Waiting for deployment");
        kubectl.run("expose", "deployment", "web", "--port=80", "--target-port=8080");
        kubectl.run("run", "p1", "--image=registry/p:1");
        assertThat(kubectl.run("get", "pods", "-o", "wide")).containsPattern("p1 +0/1 +Pending");
        assertThat(
                        kubectl.run(
                                "get",
                                "pods",
                                "--field-selector=status.phase=Pending",
                                "-o",
                                "name"))
                .isEqualTo("pod/p1\n");
        assertThat(kubectl.run("describe", "pod", "p1")).contains("registry/p:1");
        assertThat(kubectl.fails("wait", "--for=condition=Ready", "pod/p1", "--timeout=1s"))
                .contains("timed out waiting for the condition");
        kubectl.run("delete", "pod", "p1");
        kubectl.run("delete", "deployment", "web");
        kubectl.run("get", "events");
    }

    private static void namespaces(Session kubectl) throws Exception {
        kubectl.run("create", "namespace", "blue");
        kubectl.run("-n", "blue", "create", "configmap", "m", "--from-literal=k=v");
        kubectl.run("delete", "namespace", "blue", "--wait=false");
        assertThat(kubectl.run("get", "namespace", "blue")).contains("Terminating");
        assertThat(kubectl.fails("-n", "blue", "create", "configmap", "n"))
                .contains(
                        "unable to create new content in namespace blue because it is being terminated");
        assertThat(kubectl.fails("-n", "red", "create", "configmap", "n"))
                .contains("namespaces \"red\" not found");
    }

    private static void discovery(Session kubectl) throws Exception {
        assertThat(kubectl.run("api-resources"))
                .contains("endpointslices", "discovery.k8s.io/v1", "deploy");
        assertThat(kubectl.run("api-versions")).contains("apps/v1", "coordination.k8s.io/v1");
        assertThat(kubectl.run("explain", "service.spec.ipFamilies")).contains("IPFamil");
        assertThat(kubectl.run("version")).contains("biplane");
    }

    /** kubectl with a kubeconfig. */
    private record Session(Path program, Path kubeconfig) {
        String run(String... arguments) throws Exception {
            return execute(0, "", arguments);
        }

        String fails(String... arguments) throws Exception {
            return execute(1, "", arguments);
        }

        String applies(String manifest) throws Exception {
            return execute(0, manifest, "apply", "-f", "-");
        }

        private String execute(int exit, String input, String... arguments) throws Exception {
            List<String> command = new ArrayList<>(List.of(program.toString()));
            command.addAll(List.of(arguments));
            Path home = kubeconfig.resolveSibling("home");
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().put("KUBECONFIG", kubeconfig.toString());
            builder.environment().put("HOME", home.toString());
            Process process = builder.start();
            process.outputWriter(StandardCharsets.UTF_8).append(input).close();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            assertThat(process.exitValue()).as("%s%n%s", command, output).isEqualTo(exit);
            return output;
        }
    }
}
