package io.biplane.controllers;

import io.biplane.api.kind.Kinds;
import io.biplane.api.registry.KindRegistry;
import io.biplane.client.ApiClient;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Informers;
import io.biplane.controllers.config.ControllerManagerConfig;
import io.biplane.controllers.controller.Controller;
import io.biplane.controllers.endpoints.EndpointSliceController;
import io.biplane.controllers.endpoints.EndpointsController;
import io.biplane.controllers.gc.GarbageCollector;
import io.biplane.controllers.namespace.NamespaceController;
import io.biplane.controllers.nodeipam.NodeIpamController;
import io.biplane.controllers.nodelifecycle.NodeLifecycle;
import io.biplane.controllers.nodelifecycle.NodeLifecycleConfig;
import io.biplane.controllers.nodelifecycle.PodGc;
import io.biplane.controllers.scheduler.Scheduler;
import io.biplane.controllers.servicecidr.ServiceCidrController;
import io.biplane.controllers.workload.DeploymentController;
import io.biplane.controllers.workload.ReplicaSetController;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** All controllers but the scheduler, which upstream runs as a program of its own. */
public final class ControllerManager implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ControllerManager.class.getName());

    /** How often the log says that the server does not answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Informers informers;
    private final List<EventRecorder> recorders = new ArrayList<>();
    private final List<Controller> controllers = new ArrayList<>();
    private @Nullable Thread starter;

    /**
     * Makes the controllers.
     *
     * @param config without faults
     * @param informers may be shared; {@link #start} starts them, their owner closes them
     */
    public ControllerManager(
            ControllerManagerConfig config, ApiClient client, Informers informers) {
        this.informers = informers;
        EventRecorder nodeEvents = recorder(client, "node-controller");
        if (config.allocateNodeCidrs()) {
            controllers.add(new NodeIpamController(config, client, informers, nodeEvents));
        }
        controllers.add(
                new DeploymentController(
                        client, informers, recorder(client, "deployment-controller")));
        controllers.add(
                new ReplicaSetController(
                        client, informers, recorder(client, "replicaset-controller")));
        controllers.add(
                new EndpointSliceController(
                        config.maxEndpointsPerSlice(),
                        client,
                        informers,
                        recorder(client, "endpoint-slice-controller")));
        controllers.add(new EndpointsController(client, informers));
        KindRegistry kinds = new KindRegistry(Kinds.BUILT_IN);
        controllers.add(new NamespaceController(kinds, client, informers));
        controllers.add(new GarbageCollector(kinds, client, informers));
        controllers.add(new ServiceCidrController(client, informers));
        NodeLifecycleConfig lifecycle = NodeLifecycleConfig.DEFAULT;
        controllers.add(new NodeLifecycle(lifecycle, client, informers, nodeEvents));
        controllers.add(new PodGc(lifecycle, client, informers));
    }

    private EventRecorder recorder(ApiClient client, String component) {
        EventRecorder recorder = new EventRecorder(client, component);
        recorders.add(recorder);
        return recorder;
    }

    /**
     * Adds the scheduler, for a control plane in one process; it starts and ends with the others.
     */
    public ControllerManager withScheduler(ApiClient client) {
        controllers.add(new Scheduler(client, informers, recorder(client, "default-scheduler")));
        return this;
    }

    /**
     * Starts the informers and returns; the controllers start when all of these have their first
     * lists, however long the API server takes to come up.
     */
    public synchronized void start() {
        informers.start();
        starter = Thread.ofVirtual().name("controller-manager").start(this::startControllers);
    }

    private void startControllers() {
        long began = System.nanoTime();
        try {
            boolean synced = false;
            while (!synced) {
                synced = synced();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        controllers.forEach(Controller::start);
        long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();
        LOG.log(
                Level.INFO,
                () ->
                        "controllers started count=%d took=%dms"
                                .formatted(controllers.size(), millis));
    }

    private boolean synced() throws InterruptedException {
        try {
            informers.awaitSynced(PATIENCE);
            return true;
        } catch (TimeoutException e) {
            LOG.log(Level.WARNING, () -> String.valueOf(e.getMessage()));
            return false;
        }
    }

    @Override
    public synchronized void close() {
        if (starter != null) {
            starter.interrupt();
            try {
                starter.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        controllers.forEach(Controller::close);
        recorders.forEach(EventRecorder::close);
    }
}
