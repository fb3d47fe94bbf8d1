package io.biplane.apiserver.allocation;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.store.KeyValue;

import tools.jackson.databind.node.ObjectNode;

/**
 * Who holds a claim, as the claim's value says: an IPAddress object where an address is claimed, a
 * record of this one's fields elsewhere. This class alone knows both forms.
 *
 * @param resource plural name
 * @param namespace empty for what is not namespaced
 * @param uid empty where the claim does not say: an IPAddress knows its parent by name
 */
record Owner(String resource, String namespace, String name, String uid) {
    static Owner of(Resource resource, ObjectNode object) {
        return new Owner(
                resource.plural(),
                Fields.string(object, "metadata", "namespace"),
                Fields.string(object, "metadata", "name"),
                Fields.string(object, "metadata", "uid"));
    }

    static Owner read(KeyValue claim) {
        ObjectNode json = Json.parseObject(claim.value());
        return isAddress(claim.key())
                ? IpAddresses.parent(json)
                : new Owner(
                        Fields.string(json, "resource"),
                        Fields.string(json, "namespace"),
                        Fields.string(json, "name"),
                        Fields.string(json, "uid"));
    }

    private static boolean isAddress(String key) {
        return key.startsWith(ClaimKeys.CLUSTER_IPS);
    }

    /** Whether the claim is this one's. */
    boolean holds(KeyValue claim) {
        Owner holder = read(claim);
        return holder.uid().isEmpty()
                ? holder.equals(new Owner(resource, namespace, name, ""))
                : holder.uid().equals(uid);
    }

    /** What the key is put with to claim it. */
    byte[] claim(String key) {
        return isAddress(key)
                ? IpAddresses.claim(key.substring(ClaimKeys.CLUSTER_IPS.length()), this)
                : Json.bytes(json());
    }

    /** The fields, for a claim that says more. */
    ObjectNode json() {
        return Json.object()
                .put("resource", resource)
                .put("namespace", namespace)
                .put("name", name)
                .put("uid", uid);
    }
}
