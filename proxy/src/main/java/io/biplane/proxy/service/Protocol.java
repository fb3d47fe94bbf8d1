package io.biplane.proxy.service;

import java.util.Optional;

/** A transport protocol that Services can be reached by. */
public enum Protocol {
    TCP(6),
    UDP(17);

    private final int number;

    Protocol(int number) {
        this.number = number;
    }

    /** Its number in the IP header (IANA protocol numbers). */
    public int number() {
        return number;
    }

    /** The protocol that the API calls {@code name}; empty for SCTP, which is not forwarded. */
    public static Optional<Protocol> ofApiName(String name) {
        return switch (name) {
            case "TCP" -> Optional.of(TCP);
            case "UDP" -> Optional.of(UDP);
            default -> Optional.empty();
        };
    }
}
