package io.biplane.controllers.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Json;
import io.biplane.api.view.ObjectView;

import org.junit.jupiter.api.Test;

import java.util.List;

class DeploymentStatusTest {
    private static ObjectView view(String json) {
        return ObjectView.of(Json.parseObject(json));
    }

    /** Otherwise each look at a Deployment would write it. */
    @Test
    void theStatusOfASettledDeploymentIsTheOneThatTheApiKeeps() {
        ObjectView deployment =
                view(
                        """
                        {"metadata":{"name":"d","namespace":"default","uid":"u","generation":3},
                         "spec":{"replicas":0},
                         "status":{"observedGeneration":3,"conditions":[
                          {"type":"Available","status":"True","reason":"MinimumReplicasAvailable",
                           "message":"Deployment has minimum availability.",
                           "lastUpdateTime":"2020-01-01T00:00:00Z","lastTransitionTime":"2020-01-01T00:00:00Z"},
                          {"type":"Progressing","status":"True","reason":"NewReplicaSetAvailable",
                           "message":"ReplicaSet \\"d-1\\" has successfully progressed.",
                           "lastUpdateTime":"2020-01-01T00:00:00Z","lastTransitionTime":"2020-01-01T00:00:00Z"}]}}
                        """);
        ObjectView set =
                view(
                        """
                        {"metadata":{"name":"d-1","namespace":"default","uid":"v","generation":2},
                         "spec":{"replicas":0},"status":{"replicas":0,"observedGeneration":2}}
                        """);
        assertThat(DeploymentStatus.compute(deployment, set, List.of(set), 0))
                .isEqualTo(deployment.json().get("status"));
    }
}
