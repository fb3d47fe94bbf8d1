package io.biplane.api;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The kind registry: a row for every kind and version that is served. */
public final class Kinds {
    public static final Resource NODES =
            row("", "v1", "nodes", "Node")
                    .clusterScoped()
                    .shortNames("no")
                    .status()
                    .select("spec.unschedulable", "false")
                    .build();
    public static final Resource NAMESPACES =
            row("", "v1", "namespaces", "Namespace")
                    .clusterScoped()
                    .shortNames("ns")
                    .with(Subresource.finalizeNamespace())
                    .status()
                    .select("status.phase", "")
                    .build();
    public static final Resource PODS =
            row("", "v1", "pods", "Pod")
                    .shortNames("po")
                    .inAll()
                    .with(Subresource.binding())
                    .status()
                    .select("spec.hostNetwork", "false")
                    .select("spec.nodeName", "")
                    .select("spec.restartPolicy", "")
                    .select("spec.schedulerName", "")
                    .select("spec.serviceAccountName", "")
                    .select("status.nominatedNodeName", "")
                    .select("status.phase", "")
                    .select("status.podIP", "")
                    .build();
    public static final Resource SERVICES =
            row("", "v1", "services", "Service")
                    .shortNames("svc")
                    .inAll()
                    .status()
                    .select("spec.clusterIP", "")
                    .select("spec.type", "")
                    .build();
    public static final Resource ENDPOINTS =
            row("", "v1", "endpoints", "Endpoints").shortNames("ep").build();
    public static final Resource ENDPOINT_SLICES =
            row("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice").build();
    public static final Resource EVENTS =
            events("", "involvedObject")
                    .select("reportingComponent", "")
                    .select("source", "")
                    .build();

    /** The same objects as {@link #EVENTS}, in the form of their newer group. */
    public static final Resource EVENTS_V1 =
            events("events.k8s.io", "regarding")
                    .select("reportingController", "")
                    .storedAs("")
                    .build();

    public static final Resource CONFIG_MAPS =
            row("", "v1", "configmaps", "ConfigMap").shortNames("cm").build();
    public static final Resource SECRETS =
            row("", "v1", "secrets", "Secret").select("type", "").build();
    public static final Resource SERVICE_ACCOUNTS =
            row("", "v1", "serviceaccounts", "ServiceAccount").shortNames("sa").build();
    public static final Resource LEASES =
            row("coordination.k8s.io", "v1", "leases", "Lease").build();
    public static final Resource DEPLOYMENTS =
            row("apps", "v1", "deployments", "Deployment")
                    .shortNames("deploy")
                    .inAll()
                    .with(Subresource.scale())
                    .status()
                    .build();
    public static final Resource REPLICA_SETS =
            row("apps", "v1", "replicasets", "ReplicaSet")
                    .shortNames("rs")
                    .inAll()
                    .with(Subresource.scale())
                    .status()
                    .select("status.replicas", "0")
                    .build();
    public static final Resource IP_ADDRESSES =
            row("networking.k8s.io", "v1", "ipaddresses", "IPAddress")
                    .clusterScoped()
                    .shortNames("ip")
                    .build();
    public static final Resource SERVICE_CIDRS =
            row("networking.k8s.io", "v1", "servicecidrs", "ServiceCIDR")
                    .clusterScoped()
                    .status()
                    .build();

    private static final List<Resource> ALL =
            List.of(
                    CONFIG_MAPS,
                    ENDPOINTS,
                    EVENTS,
                    NAMESPACES,
                    NODES,
                    PODS,
                    SECRETS,
                    SERVICE_ACCOUNTS,
                    SERVICES,
                    DEPLOYMENTS,
                    REPLICA_SETS,
                    EVENTS_V1,
                    LEASES,
                    ENDPOINT_SLICES,
                    IP_ADDRESSES,
                    SERVICE_CIDRS);

    private Kinds() {}

    /** All rows, grouped by API group in the order in which discovery lists the groups. */
    public static List<Resource> all() {
        return ALL;
    }

    /** The row served under this group, version and plural name. */
    public static Optional<Resource> find(String group, String version, String plural) {
        return ALL.stream()
                .filter(r -> r.plural().equals(plural))
                .filter(r -> r.group().equals(group) && r.version().equals(version))
                .findFirst();
    }

    /** The row of objects with this {@code apiVersion} and {@code kind}. */
    public static Optional<Resource> ofKind(String apiVersion, String kind) {
        return ALL.stream()
                .filter(r -> r.kind().equals(kind) && r.apiVersion().equals(apiVersion))
                .findFirst();
    }

    /** The row in whose form objects of {@code resource} are stored: itself, except for Events. */
    public static Resource stored(Resource resource) {
        return ALL.stream()
                .filter(r -> r.plural().equals(resource.plural()))
                .filter(r -> r.group().equals(resource.storageGroup()))
                .findFirst()
                .orElseThrow();
    }

    private static Row events(String group, String subject) {
        Row row = row(group, "v1", "events", "Event").shortNames("ev");
        for (String field :
                List.of(
                        "kind",
                        "namespace",
                        "name",
                        "uid",
                        "apiVersion",
                        "resourceVersion",
                        "fieldPath")) {
            row.select(subject + "." + field, "");
        }
        return row.select("reason", "").select("type", "");
    }

    private static Row row(String group, String version, String plural, String kind) {
        return new Row(group, version, plural, kind);
    }

    /** Collects the cells of one row. */
    private static final class Row {
        private final String group;
        private final String version;
        private final String plural;
        private final String kind;
        private boolean namespaced = true;
        private List<String> shortNames = List.of();
        private List<String> categories = List.of();
        private final List<Subresource> subresources = new ArrayList<>();
        private final List<SelectableField> selectable = new ArrayList<>();
        private String storageGroup;

        Row(String group, String version, String plural, String kind) {
            this.group = group;
            this.version = version;
            this.plural = plural;
            this.kind = kind;
            this.storageGroup = group;
        }

        Row clusterScoped() {
            namespaced = false;
            return this;
        }

        Row shortNames(String... names) {
            shortNames = Arrays.asList(names);
            return this;
        }

        Row inAll() {
            categories = List.of("all");
            return this;
        }

        Row status() {
            return with(Subresource.status(kind));
        }

        Row with(Subresource subresource) {
            subresources.add(subresource);
            return this;
        }

        Row select(String path, String absent) {
            selectable.add(new SelectableField(path, absent));
            return this;
        }

        Row storedAs(String other) {
            storageGroup = other;
            return this;
        }

        Resource build() {
            return new Resource(
                    group,
                    version,
                    plural,
                    kind.toLowerCase(Locale.ROOT),
                    kind,
                    namespaced,
                    shortNames,
                    categories,
                    subresources,
                    selectable,
                    storageGroup);
        }
    }
}
