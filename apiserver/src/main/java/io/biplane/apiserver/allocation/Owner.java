package io.biplane.apiserver.allocation;

import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.store.KeyValue;

import tools.jackson.databind.node.ObjectNode;

/**
 * Who holds a claim: the claim's value.
 *
 * @param resource plural name
 * @param namespace empty for what is not namespaced
 */
record Owner(String resource, String namespace, String name, String uid) {
    static Owner of(Resource resource, ObjectNode object) {
        return new Owner(
                resource.plural(),
                Json.string(object, "metadata", "namespace"),
                Json.string(object, "metadata", "name"),
                Json.string(object, "metadata", "uid"));
    }

    static Owner read(KeyValue claim) {
        ObjectNode json = Json.parseObject(claim.value());
        return new Owner(
                Json.string(json, "resource"),
                Json.string(json, "namespace"),
                Json.string(json, "name"),
                Json.string(json, "uid"));
    }

    byte[] bytes() {
        return Json.bytes(json());
    }

    ObjectNode json() {
        return Json.object()
                .put("resource", resource)
                .put("namespace", namespace)
                .put("name", name)
                .put("uid", uid);
    }
}
