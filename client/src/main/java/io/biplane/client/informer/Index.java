package io.biplane.client.informer;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** An informer's objects by something that they contain, such as the owner's uid. */
public final class Index<T> {
    private static final System.Logger LOG = System.getLogger(Index.class.getName());
    private final Function<T, ? extends Collection<String>> valuesOf;
    private final Map<String, Map<Key, T>> entries = new ConcurrentHashMap<>();

    Index(Function<T, ? extends Collection<String>> valuesOf) {
        this.valuesOf = valuesOf;
    }

    /** The objects that contain {@code value}; a snapshot. */
    public List<T> get(String value) {
        Map<Key, T> found = entries.get(value);
        return found == null ? List.of() : List.copyOf(found.values());
    }

    /** How many objects contain {@code value}. */
    public int count(String value) {
        Map<Key, T> found = entries.get(value);
        return found == null ? 0 : found.size();
    }

    void changed(Key key, @Nullable T before, @Nullable T after) {
        Collection<String> kept = after == null ? List.of() : valuesOf(key, after);
        if (before != null) {
            for (String value : valuesOf(key, before)) {
                if (!kept.contains(value)) {
                    entries.computeIfPresent(value, (_, objects) -> without(objects, key));
                }
            }
        }
        if (after != null) {
            for (String value : kept) {
                entries.computeIfAbsent(value, _ -> new ConcurrentHashMap<>()).put(key, after);
            }
        }
    }

    /** None for an object that the index does not understand: it is found under nothing. */
    private Collection<String> valuesOf(Key key, T object) {
        try {
            return valuesOf.apply(object);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, () -> "object not indexed key=" + key, e);
            return List.of();
        }
    }

    private static <T> @Nullable Map<Key, T> without(Map<Key, T> objects, Key key) {
        objects.remove(key);
        return objects.isEmpty() ? null : objects;
    }
}
