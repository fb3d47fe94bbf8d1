package io.biplane.store.history;

import io.biplane.store.history.Operation.Outcome;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether the operations on one key can be put into an order in which each takes effect at one
 * instant between its call and its answer.
 *
 * <p>Goes through calls and answers as they happened and keeps every state that the key could be
 * in, with the operations under way that have taken effect in it. An answer leaves those in which
 * its operation has. That costs what is under way at the same time, not the length of the history.
 *
 * @see <a href="https://doi.org/10.1002/cpe.3928">G. Lowe, Testing for linearizability</a>
 */
public final class Linearizability {
    private static final int SLOTS = Long.SIZE;

    /**
     * A way things may stand.
     *
     * @param done slots of operations under way that have taken effect
     */
    private record Configuration(KeyState state, long done) {
        boolean has(int slot) {
            return (done >> slot & 1) == 1;
        }
    }

    private final Operation[] underWay = new Operation[SLOTS];
    private final IdentityHashMap<Operation, Integer> slots = new IdentityHashMap<>();
    private long taken;
    private Set<Configuration> possible;

    private Linearizability(KeyState initial) {
        possible = Set.of(new Configuration(initial, 0));
    }

    private record Event(long nanos, boolean answer, Operation operation) {}

    /**
     * Looks for an order.
     *
     * @param operations of one key
     * @return what no order explains, or empty if there is one
     */
    public static Optional<String> violation(KeyState initial, List<Operation> operations) {
        List<Event> events = new ArrayList<>();
        for (Operation operation : operations) {
            events.add(new Event(operation.called(), false, operation));
            if (!(operation.outcome() instanceof Outcome.Unknown)) {
                events.add(new Event(operation.returned(), true, operation));
            }
        }
        events.sort(Comparator.comparingLong(Event::nanos).thenComparing(Event::answer));
        var check = new Linearizability(initial);
        for (Event event : events) {
            if (!event.answer()) {
                check.call(event.operation());
                continue;
            }
            Set<Configuration> before = check.possible;
            check.answer(event.operation());
            if (check.possible.isEmpty()) {
                return Optional.of(explain(event.operation(), before, check.underWay));
            }
        }
        return Optional.empty();
    }

    private void call(Operation operation) {
        int slot = Long.numberOfTrailingZeros(~taken);
        if (slot == SLOTS) {
            throw new IllegalArgumentException(
                    "more than %d operations under way on one key".formatted(SLOTS));
        }
        taken |= 1L << slot;
        underWay[slot] = operation;
        slots.put(operation, slot);
    }

    private void answer(Operation operation) {
        int slot = Objects.requireNonNull(slots.remove(operation), "answered before it was called");
        Set<Configuration> seen = new HashSet<>();
        Deque<Configuration> open = new ArrayDeque<>();
        for (Configuration configuration : possible) {
            Configuration settled = settled(configuration);
            if (seen.add(settled)) {
                open.push(settled);
            }
        }
        Set<Configuration> next = new HashSet<>();
        while (!open.isEmpty()) {
            Configuration configuration = open.pop();
            if (configuration.has(slot)) {
                next.add(
                        new Configuration(
                                configuration.state(), configuration.done() & ~(1L << slot)));
                continue;
            }
            long least = leastRevision(configuration);
            for (int other = 0; other < SLOTS; other++) {
                if ((taken >> other & 1) == 1
                        && !configuration.has(other)
                        && underWay[other].revision() <= least) {
                    long done = configuration.done() | 1L << other;
                    configuration
                            .state()
                            .after(underWay[other])
                            .map(state -> settled(new Configuration(state, done)))
                            .filter(seen::add)
                            .ifPresent(open::push);
                }
            }
        }
        possible = next;
        if (!next.isEmpty()) {
            taken &= ~(1L << slot);
        }
    }

    /** Writes take effect in the order of their revisions: the next one of those that are known. */
    private long leastRevision(Configuration configuration) {
        long least = Long.MAX_VALUE;
        for (int slot = 0; slot < SLOTS; slot++) {
            if ((taken >> slot & 1) == 1
                    && !configuration.has(slot)
                    && underWay[slot].revision() > 0) {
                least = Math.min(least, underWay[slot].revision());
            }
        }
        return least;
    }

    /**
     * With everything done that can be and changes nothing: what is possible without, is with it
     * too.
     */
    private Configuration settled(Configuration configuration) {
        KeyState state = configuration.state();
        long done = configuration.done();
        for (int slot = 0; slot < SLOTS; slot++) {
            if ((taken & ~done) >> slot == 0) {
                break;
            }
            if (((taken & ~done) >> slot & 1) == 1
                    && !(underWay[slot].outcome() instanceof Outcome.Unknown)
                    && state.after(underWay[slot]).equals(Optional.of(state))) {
                done |= 1L << slot;
            }
        }
        return new Configuration(state, done);
    }

    private static String explain(
            Operation operation, Set<Configuration> before, Operation[] underWay) {
        return "no order explains %s%n the key could be %s%n under way: %s"
                .formatted(
                        operation,
                        before.stream()
                                .map(configuration -> configuration.state().toString())
                                .distinct()
                                .collect(Collectors.joining(" or ")),
                        Arrays.stream(underWay)
                                .filter(Objects::nonNull)
                                .map(Operation::toString)
                                .collect(Collectors.joining("; ")));
    }
}
