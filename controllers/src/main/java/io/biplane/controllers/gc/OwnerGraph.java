package io.biplane.controllers.gc;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.api.Resource;
import io.biplane.api.view.Meta;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who owns whom, by uid. Thread-safe. */
final class OwnerGraph {
    /** An object. */
    record Item(Resource resource, Meta meta) {
        String uid() {
            return meta.uid();
        }
    }

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<String, Item> items = new HashMap<>();

    @GuardedBy("lock")
    private final Map<String, Set<String>> dependents = new HashMap<>();

    void put(Item item) {
        synchronized (lock) {
            remove(item.uid());
            items.put(item.uid(), item);
            for (Meta.Owner owner : item.meta().owners()) {
                dependents.computeIfAbsent(owner.uid(), _ -> new HashSet<>()).add(item.uid());
            }
        }
    }

    void remove(String uid) {
        synchronized (lock) {
            Item item = items.remove(uid);
            if (item == null) {
                return;
            }
            for (Meta.Owner owner : item.meta().owners()) {
                dependents.computeIfPresent(
                        owner.uid(),
                        (_, uids) -> {
                            uids.remove(uid);
                            return uids.isEmpty() ? null : uids;
                        });
            }
        }
    }

    Optional<Item> get(String uid) {
        synchronized (lock) {
            return Optional.ofNullable(items.get(uid));
        }
    }

    /** The objects that name {@code uid} as an owner. */
    List<Item> dependents(String uid) {
        synchronized (lock) {
            List<Item> found = new ArrayList<>();
            for (String dependent : dependents.getOrDefault(uid, Set.of())) {
                Item item = items.get(dependent);
                if (item != null) {
                    found.add(item);
                }
            }
            return found;
        }
    }
}
