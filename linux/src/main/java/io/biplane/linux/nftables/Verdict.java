package io.biplane.linux.nftables;

import java.util.Locale;

/** What becomes of a packet. */
public sealed interface Verdict {
    /** The verdicts that name no chain. */
    enum Final implements Verdict {
        ACCEPT,
        DROP,
        RETURN,
        CONTINUE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** On to {@code chain}, and back to the next rule after it. */
    record Jump(String chain) implements Verdict {
        public Jump {
            Names.check("chain", chain);
        }

        @Override
        public String toString() {
            return "jump " + chain;
        }
    }

    /** On to {@code chain}, and from there back to where this chain was called. */
    record Goto(String chain) implements Verdict {
        public Goto {
            Names.check("chain", chain);
        }

        @Override
        public String toString() {
            return "goto " + chain;
        }
    }
}
