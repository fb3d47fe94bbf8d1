package io.biplane.apiserver.bootstrap;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Reason;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.apiserver.config.ApiServerConfig;
import io.biplane.apiserver.write.ObjectWriter;
import io.biplane.apiserver.write.ObjectWriter.Rules;
import io.biplane.apiserver.write.ObjectWriter.Target;
import io.biplane.loop.BackOff;
import io.biplane.loop.Loop;
import io.biplane.store.StoreException;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;

/** Makes what must exist and looks after it, in a loop on a virtual thread. */
public final class Bootstrap implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Bootstrap.class.getName());
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final List<String> NAMESPACES =
            List.of("default", "kube-system", "kube-public", "kube-node-lease");

    private final ObjectWriter writer;
    private final KubernetesObjects objects;
    private final DefaultServiceCidr serviceCidr;
    private final boolean advertised;
    private final Loop loop;
    private volatile boolean complete;

    public Bootstrap(ApiServerConfig config, ObjectWriter writer) {
        this.writer = writer;
        this.objects = new KubernetesObjects(config);
        this.serviceCidr = new DefaultServiceCidr(writer, config.serviceClusterIpRange());
        this.advertised = !config.advertiseAddresses().isEmpty();
        this.loop =
                Loop.virtual("bootstrap")
                        .every(INTERVAL)
                        .retry(BackOff.always(INTERVAL))
                        .onFailure(Bootstrap::failed)
                        .run(this::ensure);
    }

    /** Makes everything once, then keeps it. */
    public void start() {
        ensure();
        complete = true;
        loop.startAfter(INTERVAL);
    }

    /** Whether everything was there once. */
    public boolean isComplete() {
        return complete;
    }

    private static void failed(Throwable cause, boolean first) {
        Level level = first ? Level.WARNING : Level.DEBUG;
        if (cause instanceof StatusException || cause instanceof StoreException) {
            LOG.log(level, () -> "cannot keep the first objects error=" + cause.getMessage());
        } else {
            LOG.log(level, "cannot keep the first objects", cause);
        }
    }

    private void ensure() {
        for (String name : NAMESPACES) {
            if (isMissing(Kinds.NAMESPACES, null, name)) {
                create(Kinds.NAMESPACES, null, namespace(name));
            }
        }
        if (serviceCidr.isMissing()) {
            create(Kinds.SERVICE_CIDRS, null, serviceCidr.object());
        }
        serviceCidr.check();
        if (isMissing(Kinds.SERVICES, "default", KubernetesObjects.NAME)) {
            createService();
        }
        if (advertised) {
            keepSame(Kinds.ENDPOINTS, objects.endpoints(), "subsets");
            for (ObjectNode slice : objects.endpointSlices()) {
                keepSame(Kinds.ENDPOINT_SLICES, slice, "endpoints", "ports");
            }
        }
    }

    /**
     * Its addresses are the flags': where the stored ServiceCIDR has others, an administrator must
     * decide, and the server must run for that.
     */
    private void createService() {
        try {
            create(Kinds.SERVICES, "default", objects.service());
        } catch (StatusException e) {
            LOG.log(
                    Level.WARNING,
                    () -> "cannot create Service kubernetes error=" + e.getMessage());
        }
    }

    private boolean isMissing(Resource resource, @Nullable String namespace, String name) {
        return writer.find(new Target(resource, namespace, name)).isEmpty();
    }

    private static ObjectNode namespace(String name) {
        ObjectNode object = Json.object().put("apiVersion", "v1").put("kind", "Namespace");
        object.putObject("metadata").put("name", name);
        return object;
    }

    private void create(Resource resource, @Nullable String namespace, ObjectNode object) {
        try {
            writer.create(resource, namespace, object, false);
        } catch (StatusException e) {
            if (e.reason() != Reason.ALREADY_EXISTS) {
                throw e;
            }
        }
    }

    /** Creates the object, or sets the fields that must be so. */
    private void keepSame(Resource resource, ObjectNode wanted, String... fields) {
        String name = Fields.string(wanted, "metadata", "name");
        Target target = new Target(resource, "default", name);
        var found = writer.find(target);
        if (found.isEmpty()) {
            create(resource, "default", wanted);
            return;
        }
        for (String field : fields) {
            if (!wanted.path(field).equals(found.get().tree().path(field))) {
                writer.change(
                        target, current -> with(current, wanted, fields), Rules.OBJECT, false);
                return;
            }
        }
    }

    private static ObjectNode with(ObjectNode current, ObjectNode wanted, String... fields) {
        for (String field : fields) {
            JsonNode value = wanted.path(field);
            current.set(field, value.deepCopy());
        }
        return current;
    }

    @Override
    public void close() {
        loop.close();
    }
}
