package io.biplane.client.informer;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;

/**
 * Those who are told of the changes of one resource, in the order in which they came. What one of
 * them throws is not the others' business: they hear of the change all the same. It is logged once,
 * until that listener fails in another way. Not thread-safe: the informer's lock guards it.
 */
final class Listeners<T> {
    private static final System.Logger LOG = System.getLogger(Listeners.class.getName());

    private static final class Registered<T> {
        final Listener<? super T> listener;
        String lastFailure = "";

        Registered(Listener<? super T> listener) {
            this.listener = listener;
        }
    }

    private final String resource;
    private final List<Registered<T>> all = new ArrayList<>();

    /**
     * @param resource for log lines
     */
    Listeners(String resource) {
        this.resource = resource;
    }

    /** Adds a listener, after it was told of what is there. */
    void add(Listener<? super T> listener, List<T> present) {
        Registered<T> registered = new Registered<>(listener);
        present.forEach(value -> tell(registered, null, value));
        all.add(registered);
    }

    void tell(@Nullable T before, @Nullable T after) {
        all.forEach(registered -> tell(registered, before, after));
    }

    private void tell(Registered<T> registered, @Nullable T before, @Nullable T after) {
        try {
            registered.listener.changed(before, after);
        } catch (RuntimeException e) {
            boolean again = e.toString().equals(registered.lastFailure);
            registered.lastFailure = e.toString();
            LOG.log(
                    again ? Level.DEBUG : Level.ERROR,
                    () ->
                            "listener failed resource=%s listener=%s"
                                    .formatted(resource, registered.listener.getClass().getName()),
                    e);
        }
    }
}
