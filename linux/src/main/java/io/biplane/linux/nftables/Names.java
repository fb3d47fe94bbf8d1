package io.biplane.linux.nftables;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** What nft takes for a name and for a comment. */
final class Names {
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9/\\\\_.-]{0,254}");

    /** NFTNL_UDATA_COMMENT_MAXLEN. */
    private static final int MAX_COMMENT_BYTES = 127;

    private Names() {}

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    static boolean isComment(String comment) {
        return comment.getBytes(StandardCharsets.UTF_8).length <= MAX_COMMENT_BYTES
                && comment.chars().noneMatch(c -> c < ' ' || c == '"');
    }

    static void check(String what, String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException(
                    "\"%s\" cannot name a %s: it must match %s".formatted(name, what, NAME));
        }
    }

    static void checkComment(String comment) {
        if (!isComment(comment)) {
            throw new IllegalArgumentException(
                    "\"%s\" cannot be a comment: at most 127 bytes, no quotes, no control characters"
                            .formatted(comment));
        }
    }
}
