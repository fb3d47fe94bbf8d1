package io.biplane.api.validation;

import io.biplane.api.FieldError;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;
import io.biplane.netip.Prefix;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Addresses and prefixes as objects spell them: new values are read strictly, as upstream does with
 * gate StrictIPCIDRValidation; values that are stored already may have the spellings that older
 * versions took.
 */
public final class IpTexts {
    private static final String BAD_ADDRESS =
            "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
    private static final String BAD_PREFIX =
            "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
    private static final Pattern LEADING_ZEROS = Pattern.compile("(?<![0-9])0+(?=[0-9])");
    private static final long MAPPED = 0xffff;

    private IpTexts() {}

    private static Optional<Addr> strict(String text) {
        try {
            return Optional.of(Addr.parse(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty(); // the faults below say why
        }
    }

    /**
     * The address, taking octets with leading zeros as decimal and IPv4-mapped addresses as IPv4;
     * empty for no address.
     */
    public static Optional<Addr> lenient(String text) {
        return strict(text).or(() -> withoutZeros(text)).or(() -> mapped(text));
    }

    /** The family of an address as {@link #lenient} reads it. */
    public static Optional<IpFamily> family(String text) {
        return lenient(text).map(Addr::family);
    }

    private static Optional<Addr> withoutZeros(String text) {
        return text.indexOf('.') < 0 || text.indexOf(':') >= 0
                ? Optional.empty()
                : strict(LEADING_ZEROS.matcher(text).replaceAll(""));
    }

    private static Optional<Addr> mapped(String text) {
        // Addr refuses ::ffff:a.b.c.d; its neighbour ::fffe:a.b.c.d tells whether the spelling is
        // one of that block.
        int at = text.toLowerCase(Locale.ROOT).indexOf("ffff:");
        if (at < 0) {
            return Optional.empty();
        }
        return strict(text.substring(0, at + 3) + "e" + text.substring(at + 4))
                .filter(addr -> addr.family() == IpFamily.IPV6 && addr.high() == 0)
                .filter(addr -> addr.low() >>> 32 == MAPPED - 1)
                .map(addr -> new Addr(IpFamily.IPV4, 0, addr.low() & 0xffffffffL));
    }

    /**
     * The faults of an address.
     *
     * @param stored texts of the stored object, which are taken as they are
     */
    public static List<FieldError> address(String field, String text, Collection<String> stored) {
        if (stored.contains(text) || strict(text).isPresent()) {
            return List.of();
        }
        String fault =
                withoutZeros(text).isPresent()
                        ? "must not have leading 0s"
                        : mapped(text).isPresent()
                                ? "must not be an IPv4-mapped IPv6 address"
                                : BAD_ADDRESS;
        return List.of(FieldError.invalid(field, text, fault));
    }

    /** The faults of an address that must be spelled in the one way that stands for it. */
    public static List<String> canonicalAddress(String text) {
        List<String> faults =
                address("", text, List.of()).stream().map(FieldError::detail).toList();
        return faults.isEmpty() ? canonical(text, Addr.parse(text).toString()) : faults;
    }

    /** The faults of a prefix that must be spelled in the one way that stands for it. */
    public static List<FieldError> canonicalPrefix(String field, String text) {
        List<FieldError> faults = prefix(field, text, List.of());
        return faults.isEmpty()
                ? canonical(text, Prefix.parse(text).toString()).stream()
                        .map(fault -> FieldError.invalid(field, text, fault))
                        .toList()
                : faults;
    }

    private static List<String> canonical(String text, String canonical) {
        return text.equals(canonical)
                ? List.of()
                : List.of("must be in canonical form (\"%s\")".formatted(canonical));
    }

    /** The faults of a prefix; host bits are a fault, too. */
    public static List<FieldError> prefix(String field, String text, Collection<String> stored) {
        if (stored.contains(text)) {
            return List.of();
        }
        try {
            Prefix.parse(text);
            return List.of();
        } catch (IllegalArgumentException _) {
            boolean hostBits = maskedParses(text);
            return List.of(
                    FieldError.invalid(
                            field,
                            text,
                            hostBits
                                    ? "must not have bits set beyond the prefix length"
                                    : BAD_PREFIX));
        }
    }

    private static boolean maskedParses(String text) {
        return prefixFamily(text).isPresent();
    }

    /** The family of a prefix with or without host bits; empty for no prefix. */
    public static Optional<IpFamily> prefixFamily(String text) {
        try {
            return Optional.of(Prefix.parseMasked(text).family());
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /**
     * The faults of an address that must be reachable by others: special-purpose addresses are
     * refused.
     */
    public static List<FieldError> endpoint(String field, String text, Collection<String> stored) {
        List<FieldError> faults = address(field, text, stored);
        if (!faults.isEmpty()) {
            return faults;
        }
        return lenient(text)
                .flatMap(IpTexts::special)
                .map(fault -> FieldError.invalid(field, text, fault.formatted(text)))
                .stream()
                .toList();
    }

    private static Optional<String> special(Addr addr) {
        if (addr.isUnspecified()) {
            return Optional.of("may not be unspecified (%s)");
        }
        if (addr.isLoopback()) {
            return Optional.of("may not be in the loopback range (127.0.0.0/8, ::1/128)");
        }
        if (addr.isLinkLocal()) {
            return Optional.of("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
        }
        if (addr.isLinkLocalMulticast()) {
            return Optional.of(
                    "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
        }
        return Optional.empty();
    }
}
