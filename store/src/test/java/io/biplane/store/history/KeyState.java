package io.biplane.store.history;

import io.biplane.store.history.Operation.Action;
import io.biplane.store.history.Operation.Outcome;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/**
 * One key, as a single-threaded store would have it.
 *
 * @param value empty if the key is absent
 * @param revision of its last change as far as it is known, see {@link #exact}
 * @param exact whether that is the revision of the last change, or only one before it
 */
public record KeyState(Optional<String> value, long revision, boolean exact) {
    public static final KeyState ABSENT = new KeyState(Optional.empty(), 0, false);

    public static KeyState of(String value, long revision) {
        return new KeyState(Optional.of(value), revision, true);
    }

    /** The state after the operation, or empty if it could not have ended so in this state. */
    Optional<KeyState> after(Operation operation) {
        return switch (operation.action()) {
            case Action.Read _ -> read(operation.outcome());
            case Action.Create(String written) ->
                    write(operation.outcome(), value.isEmpty(), value.isPresent(), written);
            case Action.Put(String written) -> write(operation.outcome(), true, false, written);
            case Action.Update(long expected, String written) ->
                    write(operation.outcome(), mayBeAt(expected), mayNotBeAt(expected), written);
            case Action.Delete(long expected) ->
                    write(operation.outcome(), mayBeAt(expected), mayNotBeAt(expected), null);
        };
    }

    private Optional<KeyState> read(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Found(String found, long at)
                    when value.equals(Optional.of(found))
                            && (exact ? at == revision : at > revision) ->
                    Optional.of(of(found, at));
            case Outcome.Absent _ when value.isEmpty() -> Optional.of(this);
            case Outcome.Unknown _ -> Optional.of(this);
            case Outcome _ -> Optional.empty();
        };
    }

    private Optional<KeyState> write(
            Outcome outcome, boolean mayHold, boolean mayNotHold, @Nullable String written) {
        Optional<String> then = Optional.ofNullable(written);
        return switch (outcome) {
            case Outcome.Done(long at) when mayHold && at == 0 ->
                    Optional.of(new KeyState(then, revision, false));
            case Outcome.Done(long at) when mayHold && at > revision ->
                    Optional.of(new KeyState(then, at, true));
            case Outcome.Refused _ when mayNotHold -> Optional.of(this);
            case Outcome.Unknown _ when mayHold -> Optional.of(new KeyState(then, revision, false));
            case Outcome _ -> Optional.empty();
        };
    }

    private boolean mayBeAt(long expected) {
        return value.isPresent()
                && (expected == 0 || (exact ? revision == expected : revision < expected));
    }

    private boolean mayNotBeAt(long expected) {
        return value.isEmpty() || (expected != 0 && !(exact && revision == expected));
    }
}
