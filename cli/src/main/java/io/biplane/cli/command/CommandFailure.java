package io.biplane.cli.command;

import java.util.List;

/**
 * A command that cannot go on, told to the person who typed it: every problem that was found, each
 * with its remedy. It is printed without a stack trace.
 */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<String> problems;

    /**
     * @param problems at least one; each says what failed, on what, why, and what to do
     */
    public CommandFailure(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** As {@link #CommandFailure(List)} with one problem. */
    public CommandFailure(String problem) {
        this(List.of(problem));
    }

    /** As {@link #CommandFailure(String)}; {@code cause} is kept for the log. */
    public CommandFailure(String problem, Throwable cause) {
        this(List.of(problem));
        initCause(cause);
    }

    /** The problems, in the order in which they were found. */
    public List<String> problems() {
        return problems;
    }
}
