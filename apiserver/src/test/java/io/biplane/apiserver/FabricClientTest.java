package io.biplane.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An unmodified client library as witness. */
class FabricClientTest {
    @TempDir Path directory;

    // The informer is only closed: what it saw is in the queue.
    @SuppressWarnings("try")
    @Test
    void anInformerSeesEveryChange() throws Exception {
        try (TestServer server = new TestServer(directory);
                KubernetesClient client =
                        new KubernetesClientBuilder()
                                .withConfig(Config.fromKubeconfig(server.kubeconfig().toFile()))
                                .build()) {
            BlockingQueue<String> seen = new LinkedBlockingQueue<>();
            try (SharedIndexInformer<ConfigMap> informer =
                    client.configMaps().inNamespace("default").inform(recorder(seen))) {
                ConfigMap map =
                        client.configMaps()
                                .inNamespace("default")
                                .resource(
                                        new ConfigMapBuilder()
                                                .withNewMetadata()
                                                .withName("m")
                                                .endMetadata()
                                                .addToData("a", "1")
                                                .build())
                                .create();
                client.configMaps()
                        .inNamespace("default")
                        .withName("m")
                        .edit(m -> new ConfigMapBuilder(m).addToData("a", "2").build());
                client.resource(map).delete();

                assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("added 1");
                assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("updated 2");
                assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("deleted 2");
            }
            assertThat(client.services().inNamespace("default").list().getItems())
                    .singleElement()
                    .satisfies(s -> assertThat(s.getSpec().getClusterIPs()).hasSize(2));
            assertThat(client.namespaces().list().getItems()).hasSize(4);
        }
    }

    private static ResourceEventHandler<ConfigMap> recorder(BlockingQueue<String> seen) {
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(ConfigMap map) {
                seen.add("added " + map.getData().get("a"));
            }

            @Override
            public void onUpdate(ConfigMap before, ConfigMap map) {
                seen.add("updated " + map.getData().get("a"));
            }

            @Override
            public void onDelete(ConfigMap map, boolean unknown) {
                seen.add("deleted " + map.getData().get("a"));
            }
        };
    }
}
