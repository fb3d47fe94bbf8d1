package io.biplane.apiserver.write;

import io.biplane.api.FieldError;
import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Reason;
import io.biplane.api.Resource;
import io.biplane.api.StatusException;
import io.biplane.api.Strategy;
import io.biplane.api.registry.Kind;
import io.biplane.api.registry.KindRegistry;
import io.biplane.api.registry.Strategies;
import io.biplane.api.service.ServiceCluster;
import io.biplane.apiserver.allocation.Allocation;
import io.biplane.apiserver.allocation.Claims;
import io.biplane.apiserver.storage.ObjectKeys;
import io.biplane.apiserver.storage.StoredObject;
import io.biplane.store.Condition;
import io.biplane.store.KeyValue;
import io.biplane.store.Op;
import io.biplane.store.Store;
import io.biplane.store.Txn;
import io.biplane.store.TxnResult;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The two loops through which every object is written: create, and change. Each turn computes the
 * object and its claims from what is stored, and commits under the condition that it still is;
 * otherwise the next turn begins from what is stored then.
 */
public final class ObjectWriter {
    /** A turn is lost only to another writer's success; nobody loses this often. */
    private static final int MAX_TURNS = 200;

    private final Store store;
    private final KindRegistry kinds;
    private final Strategies strategies;
    private final Map<Resource, Allocation> allocations;
    private final NamespaceGate namespaces;
    private final EventLeases leases;

    /**
     * @param eventTtl how long objects of kinds that expire are kept
     */
    public ObjectWriter(
            Store store,
            KindRegistry kinds,
            ServiceCluster cluster,
            Map<Resource, Allocation> allocations,
            Duration eventTtl) {
        this.store = store;
        this.kinds = kinds;
        this.strategies = new Strategies(kinds, cluster);
        this.allocations = Map.copyOf(allocations);
        this.namespaces = new NamespaceGate(store);
        this.leases = new EventLeases(store, eventTtl);
    }

    /**
     * The result of a write.
     *
     * @param object as it is stored now, or would be after a dry run
     * @param removed whether the change took the object's last finalizer, so that it is gone
     */
    public record Outcome(ObjectNode object, boolean removed, List<String> warnings) {}

    /** Which object. */
    public record Target(Resource resource, @Nullable String namespace, String name) {
        String key() {
            return ObjectKeys.key(resource, namespace, name);
        }
    }

    /** What a change makes of the stored object. */
    @FunctionalInterface
    public interface Change {
        /**
         * @param current the stored object, of the caller's own
         * @return the changed object; its resource version, if not empty, must be the stored one
         */
        ObjectNode of(ObjectNode current);
    }

    /** Whose rules a change follows. */
    public enum Rules {
        /** The object's: the status stays. */
        OBJECT,
        /** The status': the rest stays. */
        STATUS,
        /** The caller's own: it has checked what it does. */
        NONE,
        /** As {@link #NONE}, and it may set what marks an object for deletion. */
        DELETION
    }

    /**
     * What is known about a kind.
     *
     * @throws StatusException 404 if it is not served any more
     */
    public Kind kind(Resource resource) {
        return kinds.current().kind(resource).orElseThrow(StatusException::noSuchPath);
    }

    public Store store() {
        return store;
    }

    public Optional<StoredObject> find(Target target) {
        return store.get(target.key()).map(e -> StoredObject.of(target.resource(), e));
    }

    /** Creates the object, under its own name or a generated one. */
    public Outcome create(
            Resource resource, @Nullable String namespace, ObjectNode sent, boolean dryRun) {
        Kind kind = kind(resource);
        Strategy strategy = strategies.of(resource);
        boolean generated = Metadata.nameIsGenerated(sent);
        for (int turn = 0; turn < MAX_TURNS; turn++) {
            ObjectNode object = sent.deepCopy();
            Metadata.forCreate(kind, object);
            strategy.applyDefaults(object);
            strategy.prepareForCreate(object);
            String name = Fields.string(object, "metadata", "name");
            List<Condition> conditions = new ArrayList<>();
            if (namespace != null) {
                conditions.add(namespaces.open(resource, namespace, name));
            }
            Claims claims = allocation(resource).plan(object, null, dryRun);
            refuse(resource, name, List.of(), strategy.validate(object));
            List<String> warnings = warnings(kind, strategy, object, null);
            String key = ObjectKeys.key(resource, namespace, name);
            if (dryRun) {
                if (store.get(key).isPresent()) {
                    throw StatusException.alreadyExists(resource, name);
                }
                return new Outcome(object, false, warnings);
            }
            conditions.add(new Condition.Absent(key));
            conditions.addAll(claims.conditions());
            TxnResult result =
                    store.commit(
                            new Txn(conditions, ops(put(kind, resource, key, object), claims)));
            switch (result) {
                case TxnResult.Committed(long revision) -> {
                    return new Outcome(versioned(object, revision), false, warnings);
                }
                case TxnResult.Unmet(List<Condition> unmet) -> {
                    if (!generated && unmet.contains(new Condition.Absent(key))) {
                        throw StatusException.alreadyExists(resource, name);
                    }
                }
            }
        }
        throw busy(resource, "create");
    }

    /**
     * Changes the object.
     *
     * @throws StatusException 404 if it does not exist, 409 if it is not the one the caller means
     */
    public Outcome change(Target target, Change change, Rules rules, boolean dryRun) {
        Kind kind = kind(target.resource());
        Strategy strategy = strategies.of(target.resource());
        for (int turn = 0; turn < MAX_TURNS; turn++) {
            StoredObject stored =
                    find(target)
                            .orElseThrow(() ->
                                    StatusException.notFound(target.resource(), target.name()));
            ObjectNode old = stored.copy();
            strategy.decode(old);
            ObjectNode object = change.of(old.deepCopy());
            checkPreconditions(kind, target, object, old);
            if (rules != Rules.DELETION) {
                Metadata.forChange(object, old);
            }
            Claims claims = apply(kind, target, strategy, rules, object, old, dryRun);
            List<String> warnings =
                    rules == Rules.OBJECT ? warnings(kind, strategy, object, old) : List.of();
            boolean removed = Deletion.isComplete(kind, object);
            if (dryRun || (!removed && object.equals(old))) {
                return new Outcome(object, removed, warnings);
            }
            Optional<Long> revision =
                    removed
                            ? remove(stored)
                            : replace(kind, target, stored.entry(), object, claims);
            if (revision.isPresent()) {
                return new Outcome(versioned(object, revision.get()), removed, warnings);
            }
        }
        throw busy(target.resource(), "update");
    }

    private static List<String> warnings(
            Kind kind, Strategy strategy, ObjectNode object, @Nullable ObjectNode old) {
        List<String> warnings = new ArrayList<>(strategy.warnings(object, old));
        warnings.addAll(kind.notBuilt().warnings(object));
        return warnings;
    }

    private Claims apply(
            Kind kind,
            Target target,
            Strategy strategy,
            Rules rules,
            ObjectNode object,
            ObjectNode old,
            boolean dryRun) {
        Resource resource = target.resource();
        return switch (rules) {
            case OBJECT -> {
                strategy.applyDefaults(object);
                strategy.prepareForUpdate(object, old);
                Claims claims = allocation(resource).plan(object, old, dryRun);
                refuse(
                        resource,
                        target.name(),
                        ObjectMetaRules.checkUpdate(resource, object, old),
                        strategy.validateUpdate(object, old));
                Metadata.countGeneration(kind, object, old);
                yield claims;
            }
            case STATUS -> {
                strategy.prepareForStatusUpdate(object, old);
                refuse(
                        resource,
                        target.name(),
                        List.of(),
                        strategy.validateStatusUpdate(object, old));
                yield Claims.NONE;
            }
            case NONE, DELETION -> {
                Metadata.countGeneration(kind, object, old);
                yield Claims.NONE;
            }
        };
    }

    /**
     * Whether a client may delete the object.
     *
     * @throws StatusException 403 another object lives by it
     */
    void checkDeletion(Resource resource, ObjectNode object) {
        allocation(resource).checkDeletion(object);
    }

    /** Deletes the object with all that it holds; empty if it has changed since. */
    Optional<Long> remove(StoredObject stored) {
        KeyValue entry = stored.entry();
        Claims claims = allocation(stored.resource()).release(stored.copy());
        List<Condition> conditions = new ArrayList<>();
        conditions.add(new Condition.ModRevisionIs(entry.key(), entry.modRevision()));
        conditions.addAll(claims.conditions());
        return revision(store.commit(new Txn(conditions, ops(new Op.Delete(entry.key()), claims))));
    }

    private Optional<Long> replace(
            Kind kind, Target target, KeyValue entry, ObjectNode object, Claims claims) {
        List<Condition> conditions = new ArrayList<>();
        conditions.add(new Condition.ModRevisionIs(entry.key(), entry.modRevision()));
        conditions.addAll(claims.conditions());
        Op put = put(kind, target.resource(), entry.key(), object);
        return revision(store.commit(new Txn(conditions, ops(put, claims))));
    }

    private static Optional<Long> revision(TxnResult result) {
        return result instanceof TxnResult.Committed(long revision)
                ? Optional.of(revision)
                : Optional.empty();
    }

    private Allocation allocation(Resource resource) {
        return allocations.getOrDefault(resource, Allocation.NONE);
    }

    private Op.Put put(Kind kind, Resource resource, String key, ObjectNode object) {
        return new Op.Put(key, StoredObject.encode(resource, object), leases.leaseFor(kind));
    }

    private static List<Op> ops(Op object, Claims claims) {
        List<Op> ops = new ArrayList<>();
        ops.add(object);
        ops.addAll(claims.ops());
        return ops;
    }

    private static ObjectNode versioned(ObjectNode object, long revision) {
        Json.child(object, "metadata").put("resourceVersion", Long.toString(revision));
        return object;
    }

    private static void checkPreconditions(
            Kind kind, Target target, ObjectNode object, ObjectNode old) {
        String version = Fields.string(object, "metadata", "resourceVersion");
        if (!version.isEmpty()
                && !version.equals(Fields.string(old, "metadata", "resourceVersion"))) {
            throw StatusException.modified(target.resource(), target.name());
        }
        if (version.isEmpty() && !kind.unconditionalUpdate()) {
            throw StatusException.invalid(
                    target.resource(),
                    target.name(),
                    List.of(
                            FieldError.invalid(
                                    "metadata.resourceVersion",
                                    Json.parse("0"),
                                    "must be specified for an update")));
        }
        String uid = Fields.string(object, "metadata", "uid");
        String storedUid = Fields.string(old, "metadata", "uid");
        if (!uid.isEmpty() && !uid.equals(storedUid)) {
            throw StatusException.conflict(
                    target.resource(),
                    target.name(),
                    "Precondition failed: UID in precondition: %s, UID in object meta: %s"
                            .formatted(uid, storedUid));
        }
    }

    private static void refuse(
            Resource resource, String name, List<FieldError> metadata, List<FieldError> object) {
        List<FieldError> faults = new ArrayList<>(metadata);
        faults.addAll(object);
        if (!faults.isEmpty()) {
            throw StatusException.invalid(resource, name, faults);
        }
    }

    private static StatusException busy(Resource resource, String verb) {
        return new StatusException(
                Reason.SERVER_TIMEOUT,
                "The %s operation against %s could not be completed at this time, please try again."
                        .formatted(verb, resource.groupResource()));
    }
}
