package io.biplane.linux.route;

import java.util.HexFormat;

/**
 * A link-layer address of six bytes.
 *
 * @param value the address in the low 48 bits
 */
public record Mac(long value) {
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");
    private static final int BYTES = 6;

    public Mac {
        if (value >>> 48 != 0) {
            throw new IllegalArgumentException("%x does not fit 48 bits".formatted(value));
        }
    }

    /**
     * The address that {@code text} spells, such as {@code 02:00:0a:f4:00:05}.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static Mac parse(String text) {
        try {
            return ofBytes(COLONS.parseHex(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"%s\" is not a MAC address".formatted(text), e);
        }
    }

    static Mac ofBytes(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a MAC address has 6 bytes, not " + bytes.length);
        }
        long value = 0;
        for (byte b : bytes) {
            value = value << 8 | (b & 0xff);
        }
        return new Mac(value);
    }

    /**
     * A locally administered unicast address made of 40 bits of the caller's choice: equal numbers
     * give equal addresses.
     */
    public static Mac local(long number) {
        return new Mac(0x0200_0000_0000L | (number & 0xff_ffff_ffffL));
    }

    byte[] toBytes() {
        byte[] bytes = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            bytes[i] = (byte) (value >>> (8 * (BYTES - 1 - i)));
        }
        return bytes;
    }

    /** {@code 02:00:0a:f4:00:05}. */
    @Override
    public String toString() {
        return COLONS.formatHex(toBytes());
    }
}
