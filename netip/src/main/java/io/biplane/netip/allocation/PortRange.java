package io.biplane.netip.allocation;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Ports {@code first..last}, both included, as {@code --service-node-port-range} gives them.
 *
 * @param first lowest port, 1..65535
 * @param last highest port, {@code first..65535}
 */
public record PortRange(int first, int last) {
    /** Upstream's default for node ports. */
    public static final PortRange NODE_PORTS = new PortRange(30000, 32767);

    private static final int HIGHEST_PORT = 65535;
    private static final Pattern FORM = Pattern.compile("(\\d{1,5})(?:([-+])(\\d{1,5}))?");

    public PortRange {
        if (first < 1 || last > HIGHEST_PORT || first > last) {
            throw new IllegalArgumentException(
                    "port range %d-%d is not in 1-65535, or its ends are swapped"
                            .formatted(first, last));
        }
    }

    /**
     * Reads {@code 30000-32767}, {@code 30000+2767} (that many more than the first) or a single
     * port.
     *
     * @throws IllegalArgumentException if the text is none of them or the ports are out of range
     */
    public static PortRange parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a port range such as 30000-32767".formatted(text));
        }
        int first = Integer.parseInt(form.group(1));
        if (form.group(2) == null) {
            return new PortRange(first, first);
        }
        int second = Integer.parseInt(form.group(3));
        return new PortRange(first, form.group(2).equals("+") ? first + second : second);
    }

    /** How many ports the range holds. */
    public int size() {
        return last - first + 1;
    }

    /** Whether the port lies in the range. */
    public boolean contains(int port) {
        return first <= port && port <= last;
    }

    @Override
    public String toString() {
        return first + "-" + last;
    }
}
