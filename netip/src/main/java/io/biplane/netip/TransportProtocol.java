package io.biplane.netip;

import java.util.Optional;

/** A protocol that has ports. Its names are those of the Kubernetes API ({@code core/v1}). */
public enum TransportProtocol {
    TCP,
    UDP,
    SCTP;

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
