package io.biplane.apiserver.allocation;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.Times;
import io.biplane.api.kind.Kinds;
import io.biplane.api.service.ServiceSpec;
import io.biplane.api.validation.IpTexts;
import io.biplane.apiserver.storage.ObjectKeys;
import io.biplane.apiserver.storage.StoredObject;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.store.KeyValue;
import io.biplane.store.Store;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * IPAddress objects: the claims on service addresses. A Service's write puts and deletes its own; a
 * client may make one to keep an address out of use, and delete any that no Service holds.
 */
final class IpAddresses implements Allocation {
    private final Store store;

    IpAddresses(Store store) {
        this.store = store;
    }

    /** The IPAddress of that name, as it is stored. */
    static byte[] claim(String name, Owner owner) {
        ObjectNode object =
                Json.object()
                        .put("apiVersion", Kinds.IP_ADDRESSES.apiVersion())
                        .put("kind", Kinds.IP_ADDRESSES.kind());
        ObjectNode metadata = object.putObject("metadata").put("name", name);
        metadata.put("uid", UUID.randomUUID().toString());
        metadata.put("creationTimestamp", Times.time(Instant.now()));
        IpFamily family = Addr.parse(name).family();
        metadata.putObject("labels")
                .put("ipaddress.kubernetes.io/ip-family", family.apiName())
                .put("ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io");
        object.putObject("spec")
                .putObject("parentRef")
                .put("resource", owner.resource())
                .put("namespace", owner.namespace())
                .put("name", owner.name());
        return StoredObject.encode(Kinds.IP_ADDRESSES, object);
    }

    /** Whose an IPAddress is; a resource of another group than the core's has it behind a dot. */
    static Owner parent(ObjectNode address) {
        JsonNode parent = Fields.at(address, "spec", "parentRef");
        String group = Fields.string(parent, "group");
        String resource = Fields.string(parent, "resource");
        return new Owner(
                group.isEmpty() ? resource : resource + "." + group,
                Fields.string(parent, "namespace"),
                Fields.string(parent, "name"),
                "");
    }

    @Override
    public Claims plan(ObjectNode address, @Nullable ObjectNode old, boolean dryRun) {
        return Claims.NONE;
    }

    @Override
    public Claims release(ObjectNode address) {
        return Claims.NONE;
    }

    /**
     * Otherwise the address could be given to a second Service while the first goes on using it.
     */
    @Override
    public void checkDeletion(ObjectNode address) {
        String name = Fields.string(address, "metadata", "name");
        Owner parent = parent(address);
        if (parent.resource().equals(Kinds.SERVICES.plural()) && isHeld(name, parent)) {
            throw StatusException.forbidden(
                    Kinds.IP_ADDRESSES,
                    name,
                    "Service %s/%s holds this address (delete the Service or have it let the address go, and this object goes with it)"
                            .formatted(parent.namespace(), parent.name()));
        }
    }

    /** A Service comes to hold an address only by putting the IPAddress, which is there already. */
    private boolean isHeld(String address, Owner parent) {
        Optional<KeyValue> found =
                store.get(ObjectKeys.key(Kinds.SERVICES, parent.namespace(), parent.name()));
        return found.map(entry -> ServiceSpec.of(Json.parseObject(entry.value())))
                .filter(ServiceSpec::usesClusterIps)
                .filter(spec ->
                        spec.clusterIps().stream()
                                .flatMap(text -> IpTexts.lenient(text).stream())
                                .anyMatch(held -> held.toString().equals(address)))
                .isPresent();
    }
}
