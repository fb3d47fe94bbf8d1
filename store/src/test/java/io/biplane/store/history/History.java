package io.biplane.store.history;

import io.biplane.store.history.Operation.Action;
import io.biplane.store.history.Operation.Outcome;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/** Operations on many keys, written down by many threads. */
public final class History {
    private final Map<String, Queue<Operation>> byKey = new ConcurrentHashMap<>();
    private final Map<String, KeyState> initial = new HashMap<>();

    /** How a key is before the first operation; absent if nothing is said. */
    public void begin(String key, KeyState state) {
        initial.put(key, state);
    }

    /** Does something to a key and writes it down; without an answer if it throws. */
    public Outcome run(String client, String key, Action action, Supplier<Outcome> call) {
        long called = System.nanoTime();
        Outcome outcome = new Outcome.Unknown();
        try {
            outcome = call.get();
            return outcome;
        } finally {
            add(key, new Operation(client, action, outcome, called, System.nanoTime()));
        }
    }

    void add(String key, Operation operation) {
        byKey.computeIfAbsent(key, _ -> new ConcurrentLinkedQueue<>()).add(operation);
    }

    public int size() {
        return byKey.values().stream().mapToInt(Queue::size).sum();
    }

    /** Everything that no order of operations explains; nobody may write any more. */
    public List<String> violations() {
        List<String> violations = new ArrayList<>();
        byKey.forEach((key, operations) ->
                Linearizability.violation(
                                initial.getOrDefault(key, KeyState.ABSENT), List.copyOf(operations))
                        .ifPresent(violation -> violations.add("key " + key + ": " + violation)));
        violations.addAll(revisionsAgainstTime());
        return violations;
    }

    /** Writes of any keys: one that began after another was answered has the greater revision. */
    private List<String> revisionsAgainstTime() {
        List<Operation> byCall =
                byKey.values().stream()
                        .flatMap(Queue::stream)
                        .filter(operation -> operation.revision() > 0)
                        .sorted(Comparator.comparingLong(Operation::called))
                        .toList();
        List<String> violations = new ArrayList<>();
        var answers = new PriorityQueue<>(Comparator.comparingLong(Operation::returned));
        Map<Long, Operation> byRevision = new HashMap<>();
        long answered = 0;
        for (Operation operation : byCall) {
            while (!answers.isEmpty() && answers.element().returned() < operation.called()) {
                answered = Math.max(answered, answers.remove().revision());
            }
            if (operation.revision() <= answered) {
                violations.add(
                        "began after revision %d was answered: %s".formatted(answered, operation));
            }
            Operation twin = byRevision.put(operation.revision(), operation);
            if (twin != null) {
                violations.add("one revision for %s and %s".formatted(twin, operation));
            }
            answers.add(operation);
        }
        return violations;
    }
}
