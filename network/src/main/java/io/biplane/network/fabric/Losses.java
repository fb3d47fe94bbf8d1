package io.biplane.network.fabric;

import io.biplane.api.view.Meta;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Tells what was lost from what is new, for a keeper whose wishes follow the API: both are missing
 * in the kernel, and only the first is damage that somebody wants to hear of. Not thread-safe.
 */
final class Losses {
    /** Objects carry the second of their creation: those of this second count as new. */
    private final Instant began = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    private @Nullable Set<String> known;

    /** Whether the object was there already when this process began. */
    boolean isEarlier(Meta object) {
        return object.created().filter(began::isAfter).isPresent();
    }

    /**
     * One turn of the keeper.
     *
     * @param wanted all that is to be in the kernel, as an event calls it
     * @param missing what of it is not
     * @param earlier what was wanted already when this process began. At its first turn that counts
     *     as made by the process before it, unless nothing at all is there: then nobody was.
     * @return a sentence for each loss
     */
    List<String> of(Set<String> wanted, Set<String> missing, Supplier<Set<String>> earlier) {
        Set<String> before = known;
        if (before == null) {
            before = missing.containsAll(wanted) ? Set.of() : earlier.get();
        }
        known = Set.copyOf(wanted);
        return missing.stream().filter(before::contains).map(lost -> lost + " is missing").toList();
    }
}
