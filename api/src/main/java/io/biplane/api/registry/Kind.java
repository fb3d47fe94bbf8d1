package io.biplane.api.registry;

import io.biplane.api.Resource;
import io.biplane.api.strategy.NotBuilt;

import java.util.List;

/**
 * A kind: all that Biplane knows about it but its types, which the type registry has. Its file in
 * {@code io.biplane.api.kind} says all of this.
 *
 * @param versions as they are served; the first is the one that is stored
 * @param countsGeneration whether {@code generation} counts the changes of the desired state
 * @param unconditionalUpdate whether an update may leave out the resource version
 * @param expires whether objects go after a time; nobody else collects those
 * @param deletion how objects are deleted
 * @param notBuilt fields that nothing acts on yet
 */
public record Kind(
        List<KindVersion> versions,
        boolean countsGeneration,
        boolean unconditionalUpdate,
        boolean expires,
        DeletionRules deletion,
        NotBuilt notBuilt) {
    /** Copies the versions. */
    public Kind {
        versions = List.copyOf(versions);
    }

    /** Begins a kind with the version that is stored, under these names. */
    public static KindBuilder named(String group, String version, String plural, String kind) {
        return new KindBuilder(group, version, plural, kind);
    }

    /** The names of the version that is stored. */
    public Resource resource() {
        return versions.getFirst().resource();
    }

    /**
     * The names of one of its versions.
     *
     * @throws IllegalArgumentException if it is not served in that one
     */
    public Resource resource(String group, String version) {
        return versions.stream()
                .map(KindVersion::resource)
                .filter(r -> r.group().equals(group) && r.version().equals(version))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "%s has no version %s/%s".formatted(this, group, version)));
    }

    @Override
    public String toString() {
        return resource().toString();
    }
}
