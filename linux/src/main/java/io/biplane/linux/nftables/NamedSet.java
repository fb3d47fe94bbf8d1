package io.biplane.linux.nftables;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A named set or map. */
public sealed interface NamedSet permits NftSet, NftMap {
    /** How a set is to be used. */
    enum Flag {
        /** Keys may be ranges and prefixes. */
        INTERVAL,
        /** Elements may expire. */
        TIMEOUT
    }

    /** Who fills a set. */
    sealed interface Owner {
        /** Transactions alone. */
        Owner US = new Us();

        /** Transactions alone: what is desired is in it, and nothing else. */
        record Us() implements Owner {}

        /**
         * The kernel: rules with {@link Statement.Remember} add what they learn from packets. nft
         * calls such a set {@code dynamic}. Transactions may take elements out, and put some in,
         * but nobody knows what is to be there.
         *
         * @param size how many elements it holds at most; a rule does not hold for a packet whose
         *     element would be one more
         */
        record Kernel(int size) implements Owner {
            /** What the kernel takes for a set that says nothing ({@code nft_dynset_init}). */
            public static final int DEFAULT_SIZE = 0xffff;

            public Kernel {
                if (size < 1) {
                    throw new IllegalArgumentException(
                            "a set that the kernel fills cannot have size %d".formatted(size));
                }
            }
        }
    }

    Table table();

    String name();

    /** The fields of a key; with more than one it is a concatenation. */
    List<DataType> key();

    Set<Flag> flags();

    Owner owner();

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

    /** Whether the kernel fills it; nft's word. */
    default boolean isDynamic() {
        return owner() instanceof Owner.Kernel;
    }

    /** The declaration, between the braces of nft's {@code add set}. */
    default String declaration() {
        StringBuilder text = new StringBuilder();
        text.append(declaredByTypeof() ? "typeof " : "type ").append(types(declaredByTypeof()));
        text.append(';');
        String flags =
                Stream.concat(
                                flags().stream()
                                        .sorted()
                                        .map(f -> f.name().toLowerCase(Locale.ROOT)),
                                isDynamic() ? Stream.of("dynamic") : Stream.empty())
                        .collect(Collectors.joining(","));
        if (!flags.isEmpty()) {
            text.append(" flags ").append(flags).append(';');
        }
        if (owner() instanceof Owner.Kernel(int size)) {
            text.append(" size ").append(size).append(';');
        }
        timeout().ifPresent(t -> text.append(" timeout ").append(t.toSeconds()).append("s;"));
        if (!comment().isEmpty()) {
            text.append(" comment \"").append(comment()).append("\";");
        }
        return text.toString();
    }

    static void check(
            String kind,
            String name,
            List<DataType> key,
            Set<Flag> flags,
            Owner owner,
            String comment) {
        Names.check(kind, name);
        Names.checkComment(comment);
        if (key.isEmpty()) {
            throw new IllegalArgumentException("%s %s has no key".formatted(kind, name));
        }
        if (owner instanceof Owner.Kernel && flags.contains(Flag.INTERVAL)) {
            throw new IllegalArgumentException(
                    "%s %s has intervals, and these the kernel does not learn"
                            .formatted(kind, name));
        }
    }

    static String join(List<DataType> types, boolean typeof) {
        return types.stream()
                .map(t -> typeof ? t.example() : t.toString())
                .collect(Collectors.joining(" . "));
    }
}
