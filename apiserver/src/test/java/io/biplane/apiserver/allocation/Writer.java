package io.biplane.apiserver.allocation;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.Strategy;
import io.biplane.api.kind.Kinds;
import io.biplane.apiserver.storage.ObjectKeys;
import io.biplane.store.Condition;
import io.biplane.store.KeyValue;
import io.biplane.store.Op;
import io.biplane.store.Store;
import io.biplane.store.Txn;
import io.biplane.store.TxnResult;

import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The least verb loop: an object and its claims in one transaction, planned again when a claim was
 * taken meanwhile.
 */
record Writer(Store store, Resource resource, Strategy strategy, Allocation allocation) {
    private String key(String name) {
        return ObjectKeys.key(resource, "default", name);
    }

    ObjectNode read(String name) {
        return Json.parseObject(store.get(key(name)).orElseThrow().value());
    }

    ObjectNode create(ObjectNode sent) {
        while (true) {
            ObjectNode object = sent.deepCopy();
            Json.child(object, "metadata").put("uid", UUID.randomUUID().toString());
            strategy.applyDefaults(object);
            strategy.prepareForCreate(object);
            Claims claims = allocation.plan(object, null, false);
            refuse(object, strategy.validate(object));
            String key = key(Fields.string(object, "metadata", "name"));
            if (commit(new Condition.Absent(key), new Op.Put(key, Json.bytes(object)), claims)) {
                return object;
            }
            if (store.get(key).isPresent()) {
                throw StatusException.alreadyExists(resource, key);
            }
        }
    }

    ObjectNode update(ObjectNode sent) {
        while (true) {
            KeyValue entry = store.get(key(Fields.string(sent, "metadata", "name"))).orElseThrow();
            ObjectNode old = Json.parseObject(entry.value());
            ObjectNode object = sent.deepCopy();
            strategy.applyDefaults(object);
            strategy.prepareForUpdate(object, old);
            Claims claims = allocation.plan(object, old, false);
            refuse(object, strategy.validateUpdate(object, old));
            Condition unchanged = new Condition.ModRevisionIs(entry.key(), entry.modRevision());
            if (commit(unchanged, new Op.Put(entry.key(), Json.bytes(object)), claims)) {
                return object;
            }
        }
    }

    void delete(String name) {
        while (true) {
            KeyValue entry = store.get(key(name)).orElseThrow();
            Claims claims = allocation.release(Json.parseObject(entry.value()));
            Condition unchanged = new Condition.ModRevisionIs(entry.key(), entry.modRevision());
            if (commit(unchanged, new Op.Delete(entry.key()), claims)) {
                return;
            }
        }
    }

    private boolean commit(Condition condition, Op op, Claims claims) {
        List<Condition> conditions = new ArrayList<>(claims.conditions());
        conditions.add(condition);
        List<Op> ops = new ArrayList<>(claims.ops());
        ops.add(op);
        return store.commit(new Txn(conditions, ops)) instanceof TxnResult.Committed;
    }

    private void refuse(ObjectNode object, List<FieldError> errors) {
        if (!errors.isEmpty()) {
            throw StatusException.invalid(
                    resource, Fields.string(object, "metadata", "name"), errors);
        }
    }

    /** All claims: the names of the IPAddresses, and of all others their keys behind the prefix. */
    List<String> claims() {
        return Stream.of(ObjectKeys.prefix(Kinds.IP_ADDRESSES), "/claims/")
                .flatMap(prefix ->
                        store.range(prefix, Store.prefixEnd(prefix), 0, 0).entries().stream()
                                .map(entry -> entry.key().substring(prefix.length())))
                .toList();
    }
}
