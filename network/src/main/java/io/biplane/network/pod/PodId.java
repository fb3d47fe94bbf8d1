package io.biplane.network.pod;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A pod as the network knows it. The uid tells it from a later pod of its name; link names are made
 * of it, so that an agent that restarts knows its pods' links.
 */
public record PodId(String namespace, String name, String uid) {
    private static final int LONGEST_FILE_NAME = 255;
    private static final int HASH_BYTES = 6;

    /** {@code v} and 12 hex digits: the node's end of the pod's veth. */
    public String link() {
        return "v" + hash(uid);
    }

    /** The pod's namespace; what exceeds a file's name is replaced by a hash. */
    public String netns(String prefix) {
        String whole = prefix + namespace + "_" + name;
        return whole.length() <= LONGEST_FILE_NAME
                ? whole
                : whole.substring(0, LONGEST_FILE_NAME - 2 * HASH_BYTES - 1) + "." + hash(whole);
    }

    private static String hash(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
