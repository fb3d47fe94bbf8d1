package io.biplane.netip;

import java.util.Optional;

/** A protocol that has ports. Its names are those of the Kubernetes API ({@code core/v1}). */
public enum TransportProtocol {
    TCP(6),
    UDP(17),
    SCTP(132);

    private final int number;

    TransportProtocol(int number) {
        this.number = number;
    }

    /** Its number in the IP header (IANA protocol numbers). */
    public int number() {
        return number;
    }

    /** The protocol that the API calls {@code apiName}. */
    public static Optional<TransportProtocol> ofApiName(String apiName) {
        for (TransportProtocol protocol : values()) {
            if (protocol.name().equals(apiName)) {
                return Optional.of(protocol);
            }
        }
        return Optional.empty();
    }
}
