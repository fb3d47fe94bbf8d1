package io.biplane.apiserver.allocation;

import com.google.errorprone.annotations.CanIgnoreReturnValue;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.kind.Kinds;
import io.biplane.apiserver.storage.ObjectKeys;
import io.biplane.store.Store;
import io.biplane.store.Txn;
import io.biplane.store.TxnResult;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** ServiceCIDRs as they lie in a store. */
final class Ranges {
    private Ranges() {}

    private static String key(String name) {
        return ObjectKeys.key(Kinds.SERVICE_CIDRS, null, name);
    }

    static void put(Store store, String name, String... cidrs) {
        put(store, object(name, cidrs));
    }

    /** Returns the revision. */
    @CanIgnoreReturnValue
    static long put(Store store, ObjectNode range) {
        Txn put = Txn.put(key(Fields.string(range, "metadata", "name")), Json.bytes(range));
        return switch (store.commit(put)) {
            case TxnResult.Committed(long revision) -> revision;
            case TxnResult.Unmet _ -> throw new IllegalStateException("no condition");
        };
    }

    static void remove(Store store, String name) {
        long revision = store.get(key(name)).orElseThrow().modRevision();
        store.commit(Txn.delete(key(name), revision));
    }

    static ObjectNode object(String name, String... cidrs) {
        ObjectNode range = Json.object().put("kind", "ServiceCIDR");
        range.putObject("metadata").put("name", name).put("uid", name);
        ArrayNode list = range.putObject("spec").putArray("cidrs");
        for (String cidr : cidrs) {
            list.add(cidr);
        }
        return range;
    }
}
