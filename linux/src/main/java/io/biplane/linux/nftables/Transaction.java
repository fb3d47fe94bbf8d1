package io.biplane.linux.nftables;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A row of operations that are carried out all or not at all, between two packets. It prints itself
 * as text that {@code nft -f} takes and that does the same. One thread builds and commits it.
 */
public final class Transaction {
    private final List<Operation> operations = new ArrayList<>();

    /** Adds any operation. */
    public Transaction with(Operation operation) {
        operations.add(operation);
        return this;
    }

    /** Adds a table, if it is not there; see {@link Operation.AddTable}. */
    public Transaction add(Table table) {
        return with(new Operation.AddTable(table));
    }

    /** Adds a chain, if it is not there; see {@link Operation.AddChain}. */
    public Transaction add(Chain chain) {
        return with(new Operation.AddChain(chain));
    }

    /** Adds a rule at the end of its chain. */
    public Transaction add(Rule rule) {
        return with(new Operation.AddRule(rule));
    }

    /** Adds a set or map, if it is not there. */
    public Transaction add(NamedSet set) {
        return with(new Operation.AddSet(set));
    }

    /**
     * Adds elements; one that is there already must lead to the same. No elements: no operation.
     */
    public Transaction add(NamedSet set, Collection<Element> elements) {
        return elements.isEmpty()
                ? this
                : with(new Operation.AddElements(set, List.copyOf(elements)));
    }

    /** Deletes a table with all that is in it; it must be there. */
    public Transaction delete(Table table) {
        return with(new Operation.DeleteTable(table));
    }

    /** Deletes a table with all that is in it, whether it is there or not. */
    public Transaction destroy(Table table) {
        return add(table).delete(table); // nft's "destroy" needs kernel 6.3
    }

    /** Deletes a chain with its rules; no rule or element may lead to it any more. */
    public Transaction delete(Chain chain) {
        return with(new Operation.DeleteChain(chain));
    }

    /** Deletes a set or map that no rule uses. */
    public Transaction delete(NamedSet set) {
        return with(new Operation.DeleteSet(set));
    }

    /** Deletes elements by their keys; each must be there. No elements: no operation. */
    public Transaction delete(NamedSet set, Collection<Element> elements) {
        return elements.isEmpty()
                ? this
                : with(new Operation.DeleteElements(set, List.copyOf(elements)));
    }

    /** Deletes the rules of a chain. */
    public Transaction flush(Chain chain) {
        return with(new Operation.FlushChain(chain));
    }

    /** Deletes the elements of a set or map. */
    public Transaction flush(NamedSet set) {
        return with(new Operation.FlushSet(set));
    }

    /** The operations so far. */
    public List<Operation> operations() {
        return Collections.unmodifiableList(operations);
    }

    public boolean isEmpty() {
        return operations.isEmpty();
    }

    /** The transaction as nft text, one command in a line. */
    @Override
    public String toString() {
        return operations.stream().map(o -> o + "\n").collect(Collectors.joining());
    }
}
