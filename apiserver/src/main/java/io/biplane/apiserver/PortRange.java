package io.biplane.apiserver;

/** Ports from first to last, both included. */
public record PortRange(int first, int last) {
    /** Upstream's {@code --service-node-port-range}. */
    public static final PortRange NODE_PORTS = new PortRange(30000, 32767);

    public PortRange {
        if (first < 0 || first > last || last > 65535) {
            throw new IllegalArgumentException(
                    "port range %d-%d is not within 0-65535 with its first port first"
                            .formatted(first, last));
        }
    }

    /**
     * Reads upstream's three forms: {@code first-last}, {@code first+offset}, {@code port}.
     *
     * @throws IllegalArgumentException if the text is none of them
     */
    public static PortRange parse(String text) {
        try {
            int dash = text.indexOf('-');
            int plus = text.indexOf('+');
            if (dash > 0) {
                return new PortRange(
                        number(text.substring(0, dash)), number(text.substring(dash + 1)));
            }
            if (plus > 0) {
                int first = number(text.substring(0, plus));
                return new PortRange(first, first + number(text.substring(plus + 1)));
            }
            int port = number(text);
            return new PortRange(port, port);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("unable to parse port range: " + text, e);
        }
    }

    private static int number(String text) {
        return Integer.parseInt(text.strip());
    }

    public int size() {
        return last - first + 1;
    }

    public boolean contains(int port) {
        return first <= port && port <= last;
    }

    /** As upstream prints it: {@code 30000-32767}. */
    @Override
    public String toString() {
        return first + "-" + last;
    }
}
