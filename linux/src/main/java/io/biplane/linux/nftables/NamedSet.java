package io.biplane.linux.nftables;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A named set or map. */
public sealed interface NamedSet permits NftSet, NftMap {
    /** How a set is to be used. */
    enum Flag {
        /** Keys may be ranges and prefixes. */
        INTERVAL,
        /** Elements may expire. */
        TIMEOUT,
        /** Rules may add elements. */
        DYNAMIC
    }

    Table table();

    String name();

    /** The fields of a key; with more than one it is a concatenation. */
    List<DataType> key();

    Set<Flag> flags();

    /** The time after which an element goes, if it says nothing else. */
    Optional<Duration> timeout();

    /** Empty for none. */
    String comment();

    /** {@code set} or {@code map}. */
    String kind();

    /** The part of the declaration that names the types, {@code ipv4_addr . inet_service}. */
    String types(boolean typeof);

    /**
     * Whether the declaration must say {@code typeof}, because nft has no word for one of the
     * types.
     */
    default boolean declaredByTypeof() {
        return key().contains(DataType.INTEGER);
    }

    /** The declaration, between the braces of nft's {@code add set}. */
    default String declaration() {
        StringBuilder text = new StringBuilder();
        text.append(declaredByTypeof() ? "typeof " : "type ").append(types(declaredByTypeof()));
        text.append(';');
        if (!flags().isEmpty()) {
            text.append(" flags ")
                    .append(
                            flags().stream()
                                    .sorted()
                                    .map(f -> f.name().toLowerCase(java.util.Locale.ROOT))
                                    .collect(Collectors.joining(",")))
                    .append(';');
        }
        timeout().ifPresent(t -> text.append(" timeout ").append(t.toSeconds()).append("s;"));
        if (!comment().isEmpty()) {
            text.append(" comment \"").append(comment()).append("\";");
        }
        return text.toString();
    }

    static void check(String kind, String name, List<DataType> key, String comment) {
        Names.check(kind, name);
        Names.checkComment(comment);
        if (key.isEmpty()) {
            throw new IllegalArgumentException("%s %s has no key".formatted(kind, name));
        }
    }

    static String join(List<DataType> types, boolean typeof) {
        return types.stream()
                .map(t -> typeof ? t.example() : t.toString())
                .collect(Collectors.joining(" . "));
    }
}
