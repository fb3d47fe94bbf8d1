package io.biplane.linux.nftables;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What tells a rule from every other one: 64 bits of a hash of all that the kernel is given. It is
 * stored with the rule, because the kernel does not give rules back in a form that could be
 * compared. Other programs neither read nor write it: a rule that they add or replace has none.
 *
 * @param bits all 64 of them count
 */
public record Fingerprint(long bits) {
    /** The fingerprint of these bytes, one part after the other. */
    public static Fingerprint of(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return new Fingerprint(ByteBuffer.wrap(digest.digest()).getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(bits);
    }
}
