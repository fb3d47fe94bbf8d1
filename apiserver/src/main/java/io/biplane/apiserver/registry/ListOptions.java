package io.biplane.apiserver.registry;

import io.biplane.api.FieldError;
import io.biplane.api.Json;
import io.biplane.api.Reason;
import io.biplane.api.StatusException;
import io.biplane.apiserver.exchange.Query;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The parameters of lists and watches that say what of and since when.
 *
 * @param revision empty for the latest; 0 for any
 * @param match {@code ""}, {@code Exact} or {@code NotOlderThan}
 * @param sendInitialEvents of a watch: whether to begin with what exists
 */
record ListOptions(
        OptionalLong revision,
        String match,
        int limit,
        String continueToken,
        Optional<Boolean> sendInitialEvents) {
    /**
     * @throws StatusException 400 or 422 with upstream's words
     */
    static ListOptions of(Query query, boolean watch) {
        ListOptions options =
                new ListOptions(
                        revision(query.text("resourceVersion")),
                        query.text("resourceVersionMatch"),
                        (int) number("limit", query.text("limit")),
                        query.text("continue"),
                        query.choice("sendInitialEvents"));
        options.checkMatch(watch);
        return options;
    }

    static long number(String name, String text) {
        if (text.isEmpty()) {
            return 0;
        }
        try {
            long value = Long.parseLong(text);
            return Math.clamp(value, 0, Integer.MAX_VALUE);
        } catch (NumberFormatException e) {
            throw StatusException.badRequest(
                    "%s: Invalid value: \"%s\": must be a number".formatted(name, text));
        }
    }

    private static OptionalLong revision(String text) {
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseUnsignedLong(text));
        } catch (NumberFormatException e) {
            throw new StatusException(
                    Reason.INVALID,
                    "resourceVersion: Invalid value: \"%s\": strconv.ParseUint: parsing \"%s\": invalid syntax"
                            .formatted(text, text));
        }
    }

    private void checkMatch(boolean watch) {
        if (watch) {
            if (sendInitialEvents.isPresent() && !match.equals("NotOlderThan")) {
                throw invalid(
                        FieldError.forbidden(
                                "resourceVersionMatch",
                                "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
            }
            if (sendInitialEvents.isEmpty() && !match.isEmpty()) {
                throw invalid(
                        FieldError.forbidden(
                                "resourceVersionMatch",
                                "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
            }
            return;
        }
        if (sendInitialEvents.isPresent()) {
            throw invalid(
                    FieldError.forbidden(
                            "sendInitialEvents", "sendInitialEvents is forbidden for list"));
        }
        if (match.isEmpty()) {
            return;
        }
        if (revision.isEmpty()) {
            throw invalid(
                    FieldError.forbidden(
                            "resourceVersionMatch",
                            "resourceVersionMatch is forbidden unless resourceVersion is provided"));
        }
        if (!continueToken.isEmpty()) {
            throw invalid(
                    FieldError.forbidden(
                            "resourceVersionMatch",
                            "resourceVersionMatch is forbidden when continue is provided"));
        }
        if (!match.equals("Exact") && !match.equals("NotOlderThan")) {
            throw invalid(
                    FieldError.notSupported(
                            "resourceVersionMatch", match, List.of("Exact", "NotOlderThan")));
        }
        if (match.equals("Exact") && revision.getAsLong() == 0) {
            throw invalid(
                    FieldError.forbidden(
                            "resourceVersionMatch",
                            "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
        }
    }

    private static StatusException invalid(FieldError fault) {
        return new StatusException(
                Reason.INVALID, "ListOptions.meta.k8s.io \"\" is invalid: " + fault);
    }

    /** Whether the list must be as of just this revision. */
    boolean isExact() {
        // With a limit and no match, upstream's older rule holds.
        return match.equals("Exact") || (match.isEmpty() && limit > 0 && revision.orElse(0) > 0);
    }

    /**
     * @throws StatusException (504) if the revision was not reached yet: a client that has seen it
     *     talks to a store that has lost it
     */
    void checkReached(long current) {
        if (Long.compareUnsigned(revision.orElse(0), current) > 0) {
            var details = Json.object();
            details.putArray("causes")
                    .addObject()
                    .put("reason", "ResourceVersionTooLarge")
                    .put("message", "Too large resource version");
            details.put("retryAfterSeconds", 1);
            throw new StatusException(
                    Reason.TIMEOUT,
                    "Timeout: Too large resource version: %d, current: %d"
                            .formatted(revision.orElse(0), current),
                    details);
        }
    }
}
