package io.biplane.linux.nftables;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An element of a set or a map.
 *
 * @param key one value for each field of the set's key
 * @param data what the key leads to; {@link Data#NONE} in a set
 * @param timeout the time after which it goes, if it is not the set's
 * @param comment empty for none
 */
public record Element(List<Value> key, Data data, Optional<Duration> timeout, String comment) {
    /** What a key leads to. */
    public sealed interface Data {
        Data NONE = new Fields(List.of());

        /** A verdict. */
        record ToVerdict(Verdict verdict) implements Data {
            @Override
            public String toString() {
                return verdict.toString();
            }
        }

        /** One value for each field of the map's data. */
        record Fields(List<Value> values) implements Data {
            public Fields {
                values = List.copyOf(values);
            }

            @Override
            public String toString() {
                return join(values);
            }
        }
    }

    public Element {
        key = List.copyOf(key);
        Names.checkComment(comment);
        if (key.isEmpty()) {
            throw new IllegalArgumentException("an element has no key");
        }
    }

    /** An element of a set. */
    public static Element of(Value... key) {
        return new Element(List.of(key), Data.NONE, Optional.empty(), "");
    }

    /** An element of a map to data. */
    public static Element of(List<Value> key, List<Value> data) {
        return new Element(key, new Data.Fields(data), Optional.empty(), "");
    }

    /** An element of a map to verdicts. */
    public static Element of(List<Value> key, Verdict verdict) {
        return new Element(key, new Data.ToVerdict(verdict), Optional.empty(), "");
    }

    /** The same element with a comment. */
    public Element commented(String text) {
        return new Element(key, data, timeout, text);
    }

    private static String join(List<Value> values) {
        return values.size() == 1
                ? values.getFirst().toString()
                : values.stream().map(Object::toString).collect(Collectors.joining(" . "));
    }

    /** The key as it stands in nft text. */
    public String keyText() {
        return join(key);
    }

    /** As it stands in nft text. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(keyText());
        timeout.ifPresent(t -> text.append(" timeout ").append(t.toSeconds()).append('s'));
        if (!comment.isEmpty()) {
            text.append(" comment \"").append(comment).append('"');
        }
        if (!data.equals(Data.NONE)) {
            text.append(" : ").append(data);
        }
        return text.toString();
    }
}
