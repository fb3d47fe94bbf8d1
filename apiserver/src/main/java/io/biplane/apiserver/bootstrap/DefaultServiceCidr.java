package io.biplane.apiserver.bootstrap;

import static java.lang.System.Logger.Level.WARNING;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.ServiceCidrView;
import io.biplane.apiserver.storage.StoredObject;
import io.biplane.apiserver.write.Metadata;
import io.biplane.apiserver.write.ObjectWriter;
import io.biplane.apiserver.write.ObjectWriter.Rules;
import io.biplane.apiserver.write.ObjectWriter.Target;
import io.biplane.netip.Prefix;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/**
 * The ServiceCIDR {@code kubernetes}, made of the flags. A second block may join the first; where
 * flags and object differ otherwise, the object is what addresses come from, and an event says so.
 */
final class DefaultServiceCidr {
    private static final System.Logger LOG = System.getLogger(DefaultServiceCidr.class.getName());
    private static final Target TARGET =
            new Target(Kinds.SERVICE_CIDRS, null, KubernetesObjects.NAME);

    private final ObjectWriter writer;
    private final List<Prefix> flags;
    private boolean told;

    DefaultServiceCidr(ObjectWriter writer, List<Prefix> flags) {
        this.writer = writer;
        this.flags = List.copyOf(flags);
    }

    /** Whether there is none. */
    boolean isMissing() {
        return writer.find(TARGET).isEmpty();
    }

    /** As it is made first. */
    ObjectNode object() {
        ObjectNode object =
                Json.object()
                        .put("apiVersion", Kinds.SERVICE_CIDRS.apiVersion())
                        .put("kind", Kinds.SERVICE_CIDRS.kind());
        object.putObject("metadata").put("name", KubernetesObjects.NAME);
        return withBlocks(object);
    }

    private ObjectNode withBlocks(ObjectNode object) {
        ArrayNode cidrs = Json.child(object, "spec").putArray("cidrs");
        flags.forEach(prefix -> cidrs.add(prefix.toString()));
        return object;
    }

    /** Compares the object, which exists, with the flags. */
    void check() {
        ObjectNode stored = writer.find(TARGET).map(StoredObject::copy).orElseGet(this::object);
        ServiceCidrView range = ServiceCidrView.of(stored);
        if (range.meta().deleting()) {
            return;
        }
        if (flags.size() == 2 && range.cidrs().equals(flags.subList(0, 1))) {
            writer.change(TARGET, this::withBlocks, Rules.OBJECT, false);
        } else if (!range.cidrs().equals(flags)) {
            tell(stored, range);
            return;
        }
        if (range.ready().filter(status -> !status.equals("Unknown")).isEmpty()) {
            writer.change(TARGET, DefaultServiceCidr::ready, Rules.STATUS, false);
        }
    }

    private static ObjectNode ready(ObjectNode range) {
        Json.child(range, "status")
                .putArray("conditions")
                .addObject()
                .put("type", ServiceCidrView.READY)
                .put("status", "True")
                .put("lastTransitionTime", Metadata.now())
                .put("reason", "")
                .put("message", "Kubernetes default Service CIDR is ready");
        return range;
    }

    /** Once in the life of a process, as upstream does. */
    private void tell(ObjectNode stored, ServiceCidrView range) {
        if (told) {
            return;
        }
        told = true;
        LOG.log(
                WARNING,
                () ->
                        "--service-cluster-ip-range differs from ServiceCIDR %s, which addresses come from flag=%s object=%s (give the flag the object's value, or delete the object)"
                                .formatted(KubernetesObjects.NAME, flags, range.cidrs()));
        String now = Metadata.now();
        ObjectNode event = Json.object().put("apiVersion", "v1").put("kind", "Event");
        event.putObject("metadata")
                .put("name", "%s.%x".formatted(KubernetesObjects.NAME, System.nanoTime()))
                .put("namespace", "default");
        event.putObject("involvedObject")
                .put("apiVersion", Kinds.SERVICE_CIDRS.apiVersion())
                .put("kind", Kinds.SERVICE_CIDRS.kind())
                .put("name", range.name())
                .put("uid", range.meta().uid())
                .put("resourceVersion", Fields.string(stored, "metadata", "resourceVersion"));
        event.put("type", "Warning")
                .put("reason", "KubernetesDefaultServiceCIDRInconsistent")
                .put(
                        "message",
                        "The default ServiceCIDR %s does not match the controller flag configurations %s"
                                .formatted(list(range.cidrs()), list(flags)))
                .put("firstTimestamp", now)
                .put("lastTimestamp", now)
                .put("count", 1)
                .put("reportingComponent", "kubernetes-service-cidr-controller");
        event.putObject("source").put("component", "kubernetes-service-cidr-controller");
        writer.create(Kinds.EVENTS, "default", event, false);
    }

    /** As upstream prints a list. */
    private static String list(List<Prefix> prefixes) {
        return "[" + String.join(" ", prefixes.stream().map(Prefix::toString).toList()) + "]";
    }
}
