package io.biplane.netip;

/** An IP address family. Its names are those of the Kubernetes API ({@code core/v1 IPFamily}). */
public enum IpFamily {
    IPV4("IPv4", 32),
    IPV6("IPv6", 128);

    private final String apiName;
    private final int bits;

    IpFamily(String apiName, int bits) {
        this.apiName = apiName;
        this.bits = bits;
    }

    /**
     * The family that the API calls {@code apiName}.
     *
     * @throws IllegalArgumentException if it is neither {@code IPv4} nor {@code IPv6}
     */
    public static IpFamily ofApiName(String apiName) {
        for (IpFamily family : values()) {
            if (family.apiName.equals(apiName)) {
                return family;
            }
        }
        throw new IllegalArgumentException(
                "IP family \"%s\" is unknown: it must be IPv4 or IPv6".formatted(apiName));
    }

    /** {@code IPv4} or {@code IPv6}, as in {@code spec.ipFamilies}. */
    public String apiName() {
        return apiName;
    }

    /** The length of an address in bits: 32 or 128. */
    public int bits() {
        return bits;
    }

    /** The length of an address in bytes: 4 or 16. */
    public int bytes() {
        return bits / Byte.SIZE;
    }

    /** The opposite family. */
    public IpFamily other() {
        return this == IPV4 ? IPV6 : IPV4;
    }

    @Override
    public String toString() {
        return apiName;
    }
}
