package io.biplane.linux.nftables;

import java.util.List;

/** One step of a {@link Transaction}. */
public sealed interface Operation {
    /** Adds the table, if it is not there; one that is there becomes dormant, or is no longer. */
    record AddTable(Table table) implements Operation {
        @Override
        public String toString() {
            String flags = table.dormant() ? "flags dormant; " : "";
            String comment =
                    table.comment().isEmpty() ? "" : "comment \"" + table.comment() + "\"; ";
            String body = flags + comment;
            return "add table %s%s".formatted(table, body.isEmpty() ? "" : " { " + body + "}");
        }
    }

    /** Deletes the table with all that is in it. */
    record DeleteTable(Table table) implements Operation {
        @Override
        public String toString() {
            return "delete table " + table;
        }
    }

    /** Adds the chain, if it is not there; a base chain that is there gets the policy. */
    record AddChain(Chain chain) implements Operation {
        @Override
        public String toString() {
            String base = chain.base().map(b -> b + " ").orElse("");
            String comment =
                    chain.comment().isEmpty() ? "" : "comment \"" + chain.comment() + "\"; ";
            String body = base + comment;
            return "add chain %s%s".formatted(chain, body.isEmpty() ? "" : " { " + body + "}");
        }
    }

    /** Deletes the chain with its rules; no rule or element may lead to it any more. */
    record DeleteChain(Chain chain) implements Operation {
        @Override
        public String toString() {
            return "delete chain " + chain;
        }
    }

    /** Deletes the rules of the chain. */
    record FlushChain(Chain chain) implements Operation {
        @Override
        public String toString() {
            return "flush chain " + chain;
        }
    }

    /** Adds a rule at the end of its chain. */
    record AddRule(Rule rule) implements Operation {
        @Override
        public String toString() {
            return "add rule %s %s".formatted(rule.chain(), rule);
        }
    }

    /** Deletes the rule that the kernel gave that number. */
    record DeleteRule(Chain chain, long handle) implements Operation {
        @Override
        public String toString() {
            return "delete rule %s handle %d".formatted(chain, handle);
        }
    }

    /** Adds the set or map, if it is not there. */
    record AddSet(NamedSet set) implements Operation {
        @Override
        public String toString() {
            return "add %s %s { %s }".formatted(set.kind(), set, set.declaration());
        }
    }

    /** Deletes the set or map, which no rule may use any more. */
    record DeleteSet(NamedSet set) implements Operation {
        @Override
        public String toString() {
            return "delete %s %s".formatted(set.kind(), set);
        }
    }

    /** Deletes the elements of the set or map. */
    record FlushSet(NamedSet set) implements Operation {
        @Override
        public String toString() {
            return "flush %s %s".formatted(set.kind(), set);
        }
    }

    /** Adds elements; one that is there already must lead to the same. */
    record AddElements(NamedSet set, List<Element> elements) implements Operation {
        public AddElements {
            elements = List.copyOf(elements);
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("add element ").append(set).append(" { ");
            for (int i = 0; i < elements.size(); i++) {
                text.append(i == 0 ? "" : ", ").append(elements.get(i));
            }
            return text.append(" }").toString();
        }
    }

    /** Deletes elements by their keys; each must be there. */
    record DeleteElements(NamedSet set, List<Element> elements) implements Operation {
        public DeleteElements {
            elements = List.copyOf(elements);
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("delete element ").append(set).append(" { ");
            for (int i = 0; i < elements.size(); i++) {
                text.append(i == 0 ? "" : ", ").append(elements.get(i).keyText());
            }
            return text.append(" }").toString();
        }
    }
}
