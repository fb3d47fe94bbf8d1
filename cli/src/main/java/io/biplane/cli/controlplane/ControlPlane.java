package io.biplane.cli.controlplane;

import io.biplane.api.StatusException;
import io.biplane.api.view.ViewedKind;
import io.biplane.apiserver.ApiServer;
import io.biplane.apiserver.config.ApiServerConfig;
import io.biplane.apiserver.exchange.User;
import io.biplane.apiserver.pki.Pki;
import io.biplane.cli.cluster.ClusterSpec;
import io.biplane.cli.cluster.ComponentProcess;
import io.biplane.cli.cluster.DataDirectory;
import io.biplane.cli.command.ClientConfig;
import io.biplane.cli.command.Opened;
import io.biplane.cli.component.FeatureGates;
import io.biplane.client.ApiClient;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Informers;
import io.biplane.controllers.ControllerManager;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.events.KernelEvents;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.allocation.PortRange;
import io.biplane.network.fabric.ClusterNetwork;
import io.biplane.network.fabric.HostKeeper;
import io.biplane.network.fabric.HostSide;
import io.biplane.network.fabric.RepairEvents;
import io.biplane.network.fabric.ServiceRoutes;
import io.biplane.store.Store;
import io.biplane.store.embedded.EmbeddedStore;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.util.List;

/**
 * API server, controllers, scheduler and the host's routes to Services over one store, in one
 * process. They speak to the API server without a socket. Built top to bottom here, and closed
 * bottom to top.
 */
final class ControlPlane {
    private static final System.Logger LOG = System.getLogger(ControlPlane.class.getName());

    private ControlPlane() {}

    /** Starts all of it. */
    static void start(ComponentProcess.Context context) throws IOException {
        DataDirectory data = context.data();
        NetworkNamespace host = context.host();
        Opened opened = context.opened();
        long began = System.nanoTime();
        ClusterSpec spec = data.requireSpec();
        ClusterNetwork network = spec.network();
        List<Addr> gateways = network.services().families().stream().map(network::gateway).toList();
        FeatureGates gates = FeatureGates.parse(spec.featureGates());
        ApiServerConfig config =
                new ApiServerConfig(
                        network.services().values(),
                        PortRange.NODE_PORTS,
                        gateways,
                        spec.securePort(),
                        data.pki(),
                        List.of(),
                        gates.dualStack());
        List<ServerSocketChannel> listeners =
                HostAndFabricListeners.open(host, gateways, spec.securePort());
        listeners.forEach(opened::add);
        Store store = opened.add(EmbeddedStore.open(data.store()));
        ApiServer server = opened.add(new ApiServer(config, store, listeners));
        server.start();
        writeAgentsConfig(spec, data, server.pki(), gateways);
        writeAdminConfig(spec, data, server.pki());

        ApiClient client =
                new ApiClient(
                        new InProcessTransport(server.handler(), User.LOOPBACK),
                        "biplane-controllers");
        context.ready().waitsFor(() -> notReady(client));
        Informers informers = opened.add(new Informers(client));
        EventRecorder events = opened.add(new EventRecorder(client, "biplane-fabric"));
        KernelEvents kernelEvents = opened.add(KernelEvents.start("kernel-events"));
        HostSide hostSide = HostSide.of(host);
        RepairEvents repairs = new RepairEvents(events);
        opened.add(new HostKeeper(network, hostSide, kernelEvents, repairs)).start();
        opened.add(new ServiceRoutes(network, hostSide, events, repairs))
                .start(informers.informer(ViewedKind.SERVICE_CIDRS), kernelEvents);
        ControllerManager controllers =
                opened.add(new ControllerManager(spec.controllerConfig(), client, informers))
                        .withScheduler(client);
        controllers.start();
        RestartEvents.start(context.supervisor(), opened.add(new EventRecorder(client, "biplane")));
        LOG.log(
                Level.INFO,
                () ->
                        "control plane started took=%dms"
                                .formatted((System.nanoTime() - began) / 1_000_000));
    }

    private static String notReady(ApiClient client) {
        try {
            String _ = client.raw("/readyz");
            return "";
        } catch (StatusException e) {
            return "the API server to be ready: " + e.getMessage();
        }
    }

    /** By the fabric; {@code up} on the host uses it too, and most hosts have IPv4. */
    private static void writeAgentsConfig(
            ClusterSpec spec, DataDirectory data, Pki pki, List<Addr> gateways) throws IOException {
        Addr gateway =
                gateways.stream()
                        .filter(address -> address.family() == IpFamily.IPV4)
                        .findFirst()
                        .orElse(gateways.getFirst());
        ClientConfig.write(
                spec.name(),
                uri(gateway, spec.securePort()),
                pki,
                pki.node("agents"),
                data.agentsConfig());
    }

    /**
     * By the host's loopback. The administrator's key is an RSA one, for the clients that read no
     * other, and takes its time to make: nobody waits for it but the last step of {@code up}.
     */
    private static void writeAdminConfig(ClusterSpec spec, DataDirectory data, Pki pki) {
        Thread _ =
                Thread.ofPlatform()
                        .name("admin-config")
                        .start(() -> {
                            try {
                                ClientConfig.write(
                                        spec.name(),
                                        uri(Addr.parse("127.0.0.1"), spec.securePort()),
                                        pki,
                                        pki.admin(),
                                        data.adminConfig());
                            } catch (IOException e) {
                                LOG.log(Level.ERROR, "writing " + data.adminConfig(), e);
                            }
                        });
    }

    private static URI uri(Addr address, int port) {
        String host = address.family() == IpFamily.IPV6 ? "[" + address + "]" : address.toString();
        return URI.create("https://%s:%d".formatted(host, port));
    }
}
