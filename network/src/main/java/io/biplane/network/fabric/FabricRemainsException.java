package io.biplane.network.fabric;

import java.util.List;

/** Parts of a cluster's network could not be removed; the others were. */
public final class FabricRemainsException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    FabricRemainsException(List<String> problems, Exception first) {
        super(String.join("; ", problems), first);
        this.problems = List.copyOf(problems);
    }

    /** What is left, and why; at least one. */
    public List<String> problems() {
        return problems;
    }
}
