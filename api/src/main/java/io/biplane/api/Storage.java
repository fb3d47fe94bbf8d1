package io.biplane.api;

/**
 * In which of its versions a kind is stored.
 *
 * @param group group of that version; another than that of the resource where two groups serve the
 *     same objects (Events)
 * @param version that version
 * @param conversion between all versions of the kind
 */
public record Storage(String group, String version, Conversion conversion) {
    /** {@code v1} or {@code apps/v1}: what stored objects have as their {@code apiVersion}. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }
}
