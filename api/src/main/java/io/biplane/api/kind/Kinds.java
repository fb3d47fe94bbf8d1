package io.biplane.api.kind;

import io.biplane.api.Resource;
import io.biplane.api.kind.apps.Deployments;
import io.biplane.api.kind.apps.ReplicaSets;
import io.biplane.api.kind.coordination.Leases;
import io.biplane.api.kind.core.ConfigMaps;
import io.biplane.api.kind.core.Endpoints;
import io.biplane.api.kind.core.Events;
import io.biplane.api.kind.core.Namespaces;
import io.biplane.api.kind.core.Nodes;
import io.biplane.api.kind.core.Pods;
import io.biplane.api.kind.core.Secrets;
import io.biplane.api.kind.core.ServiceAccounts;
import io.biplane.api.kind.core.Services;
import io.biplane.api.kind.discovery.EndpointSlices;
import io.biplane.api.kind.networking.IpAddresses;
import io.biplane.api.kind.networking.ServiceCidrs;
import io.biplane.api.registry.KindSet;

import java.util.List;

/** The kinds that are built in. */
public final class Kinds {
    /** The groups in the order in which discovery lists them. */
    private static final List<String> GROUPS =
            List.of(
                    "",
                    "apps",
                    "events.k8s.io",
                    "coordination.k8s.io",
                    "discovery.k8s.io",
                    "networking.k8s.io");

    /** All of them, in the order in which discovery lists them within their groups. */
    public static final KindSet BUILT_IN =
            new KindSet(
                    GROUPS,
                    List.of(
                            ConfigMaps.KIND,
                            Endpoints.KIND,
                            Events.KIND,
                            Namespaces.KIND,
                            Nodes.KIND,
                            Pods.KIND,
                            Secrets.KIND,
                            ServiceAccounts.KIND,
                            Services.KIND,
                            Deployments.KIND,
                            ReplicaSets.KIND,
                            Leases.KIND,
                            EndpointSlices.KIND,
                            IpAddresses.KIND,
                            ServiceCidrs.KIND));

    // Names for those that Biplane's own code reads and writes.
    public static final Resource NODES = Nodes.KIND.resource();
    public static final Resource NAMESPACES = Namespaces.KIND.resource();
    public static final Resource PODS = Pods.KIND.resource();
    public static final Resource SERVICES = Services.KIND.resource();
    public static final Resource ENDPOINTS = Endpoints.KIND.resource();
    public static final Resource ENDPOINT_SLICES = EndpointSlices.KIND.resource();
    public static final Resource EVENTS = Events.KIND.resource();

    /** The same objects as {@link #EVENTS}, in the form of their newer group. */
    public static final Resource EVENTS_V1 = Events.KIND.resource("events.k8s.io", "v1");

    public static final Resource CONFIG_MAPS = ConfigMaps.KIND.resource();
    public static final Resource SECRETS = Secrets.KIND.resource();
    public static final Resource SERVICE_ACCOUNTS = ServiceAccounts.KIND.resource();
    public static final Resource LEASES = Leases.KIND.resource();
    public static final Resource DEPLOYMENTS = Deployments.KIND.resource();
    public static final Resource REPLICA_SETS = ReplicaSets.KIND.resource();
    public static final Resource IP_ADDRESSES = IpAddresses.KIND.resource();
    public static final Resource SERVICE_CIDRS = ServiceCidrs.KIND.resource();

    private Kinds() {}
}
