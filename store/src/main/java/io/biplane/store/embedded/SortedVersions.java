package io.biplane.store.embedded;

import org.jspecify.annotations.Nullable;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * Versions in the order of their keys, in the form from which a skip list can be built in one pass.
 * It can only be walked.
 */
@SuppressWarnings("JdkObsolete") // SortedMap is what ConcurrentSkipListMap takes
final class SortedVersions extends AbstractMap<String, Version>
        implements SortedMap<String, Version> {
    private final Version[] versions;

    /**
     * @param sorted in the order of their keys
     */
    SortedVersions(Version[] sorted) {
        versions = sorted;
    }

    @Override
    public Set<Entry<String, Version>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Entry<String, Version>> iterator() {
                return Arrays.stream(versions)
                        .map(version -> Map.entry(version.key, version))
                        .iterator();
            }

            @Override
            public int size() {
                return versions.length;
            }
        };
    }

    @Override
    public @Nullable Comparator<? super String> comparator() {
        return null; // natural
    }

    @Override
    public SortedMap<String, Version> subMap(String from, String to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public SortedMap<String, Version> headMap(String to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public SortedMap<String, Version> tailMap(String from) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String firstKey() {
        return versions[0].key;
    }

    @Override
    public String lastKey() {
        return versions[versions.length - 1].key;
    }
}
