package io.biplane.linux.nftables;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A rule: its statements are worked through from the left until one does not match.
 *
 * @param comment empty for none
 */
public record Rule(Chain chain, List<Statement> statements, String comment) {
    public Rule {
        statements = List.copyOf(statements);
        Names.checkComment(comment);
        if (statements.isEmpty()) {
            throw new IllegalArgumentException("a rule of %s has no statement".formatted(chain));
        }
    }

    /** A rule without a comment. */
    public static Rule of(Chain chain, Statement... statements) {
        return new Rule(chain, List.of(statements), "");
    }

    /** The same rule with a comment. */
    public Rule commented(String text) {
        return new Rule(chain, statements, text);
    }

    /** As it stands in nft text, without its chain. */
    @Override
    public String toString() {
        String body = statements.stream().map(Object::toString).collect(Collectors.joining(" "));
        return comment.isEmpty() ? body : body + " comment \"" + comment + "\"";
    }
}
