package io.biplane.linux.nftables.kernel;

import io.biplane.linux.netlink.MessageWriter;
import io.biplane.linux.nftables.Fingerprint;
import io.biplane.linux.nftables.Rule;

import java.nio.charset.StandardCharsets;

/** Writes what a rule consists of: its expressions, its comment and its fingerprint. */
final class RuleAttributes {
    private RuleAttributes() {}

    /** Writes the attributes of {@code rule} within a message that names its chain. */
    static Fingerprint write(MessageWriter out, Rule rule) {
        int start = out.length();
        int expressions = out.nest(Protocol.NFTA_RULE_EXPRESSIONS);
        RuleEncoder encoder = new RuleEncoder(out);
        rule.statements().forEach(encoder::write);
        out.close(expressions);
        Fingerprint fingerprint =
                Fingerprint.of(
                        out.bytesFrom(start), rule.comment().getBytes(StandardCharsets.UTF_8));
        out.attrBytes(Protocol.NFTA_RULE_USERDATA, Userdata.ofRule(rule.comment(), fingerprint));
        return fingerprint;
    }

    /** The fingerprint that {@code rule} gets when it is written. */
    static Fingerprint fingerprint(Rule rule) {
        return write(new MessageWriter(), rule);
    }
}
