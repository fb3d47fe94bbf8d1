package io.biplane.netip;

import java.util.List;
import java.util.Optional;

/**
 * A block whose addresses the kernel gives a meaning of their own, so that no pod, Service or node
 * can be reached at one.
 *
 * @param purpose as in "loopback addresses"
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6890#section-2.2">RFC 6890, 2.2</a>
 */
public record SpecialBlock(Prefix block, String purpose) {
    private static final List<SpecialBlock> ALL =
            List.of(
                    of("0.0.0.0/8", "unspecified addresses"),
                    of("127.0.0.0/8", "loopback addresses"),
                    of("169.254.0.0/16", "link-local addresses"),
                    of("224.0.0.0/4", "multicast addresses"),
                    of("255.255.255.255/32", "the broadcast address"),
                    of("::/128", "the unspecified address"),
                    of("::1/128", "the loopback address"),
                    of("fe80::/10", "link-local addresses"),
                    of("ff00::/8", "multicast addresses"));

    private static SpecialBlock of(String block, String purpose) {
        return new SpecialBlock(Prefix.parse(block), purpose);
    }

    /** The special block that has an address in common with {@code range}, if there is one. */
    public static Optional<SpecialBlock> overlapping(Prefix range) {
        return ALL.stream().filter(special -> special.block.overlaps(range)).findFirst();
    }

    /** {@code 127.0.0.0/8 (loopback addresses)}. */
    @Override
    public String toString() {
        return "%s (%s)".formatted(block, purpose);
    }
}
