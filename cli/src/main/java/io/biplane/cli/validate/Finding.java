package io.biplane.cli.validate;

/**
 * One thing that was looked at.
 *
 * @param step the id of the step, as {@code --skip} takes it
 * @param subject what was looked at, such as {@code node-1} or {@code default/web 10.96.0.7:80 from
 *     pod x}
 * @param outcome what was seen
 */
record Finding(String step, String subject, Outcome outcome) {
    /** What was seen. */
    sealed interface Outcome {}

    /** As it should be. */
    record Passed(String seen) implements Outcome {}

    /** Not as it should be. */
    record Failed(String reason) implements Outcome {}

    /** Not looked at, because the person said so or because it cannot be done from here. */
    record Skipped(String reason) implements Outcome {}

    /** Needs something that Biplane does not have yet. */
    record NotBuilt(String what) implements Outcome {}

    static Finding passed(String step, String subject, String seen) {
        return new Finding(step, subject, new Passed(seen));
    }

    static Finding failed(String step, String subject, String reason) {
        return new Finding(step, subject, new Failed(reason));
    }

    static Finding skipped(String step, String subject, String reason) {
        return new Finding(step, subject, new Skipped(reason));
    }

    static Finding notBuilt(String step, String subject, String what) {
        return new Finding(step, subject, new NotBuilt(what));
    }

    boolean hasFailed() {
        return outcome instanceof Failed;
    }
}
