package io.biplane.apiserver.exchange;

/**
 * Answers one API request; called on virtual threads, by the HTTPS front end or in the same JVM.
 */
@FunctionalInterface
public interface ApiHandler {
    /**
     * Never throws for what a client did wrong: such an answer is a {@code Status} object with its
     * code.
     */
    Response handle(Request request);
}
