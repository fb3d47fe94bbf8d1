package io.biplane.store.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.store.history.Operation.Action;
import io.biplane.store.history.Operation.Outcome;

import org.junit.jupiter.api.Test;

import java.util.List;

/** Histories of which a person can tell whether they are right. */
class HistoryTest {
    private static final KeyState ONE_AT_5 = KeyState.of("one", 5);

    private static Operation read(long called, long returned, String value, long revision) {
        return new Operation(
                "reader", new Action.Read(), new Outcome.Found(value, revision), called, returned);
    }

    private static Operation operation(long called, long returned, Action action, Outcome outcome) {
        return new Operation("writer", action, outcome, called, returned);
    }

    private static List<String> violations(KeyState initial, Operation... operations) {
        var history = new History();
        history.begin("k", initial);
        List.of(operations).forEach(operation -> history.add("k", operation));
        return history.violations();
    }

    @Test
    void aReadDuringAWriteMaySeeEither() {
        Operation write = operation(10, 20, new Action.Update(5, "two"), new Outcome.Done(6));
        assertThat(violations(ONE_AT_5, write, read(12, 14, "one", 5))).isEmpty();
        assertThat(violations(ONE_AT_5, write, read(12, 14, "two", 6), read(15, 16, "two", 6)))
                .isEmpty();
    }

    @Test
    void aStaleReadIsFound() {
        Operation write = operation(10, 20, new Action.Update(5, "two"), new Outcome.Done(6));
        assertThat(violations(ONE_AT_5, write, read(21, 22, "one", 5))).hasSize(1);
        // and one that goes back while the write is still under way
        assertThat(violations(ONE_AT_5, write, read(12, 13, "two", 6), read(14, 15, "one", 5)))
                .singleElement()
                .asString()
                .contains("key k: no order explains Operation[client=reader");
    }

    @Test
    void aLostUpdateIsFound() {
        assertThat(
                        violations(
                                ONE_AT_5,
                                operation(10, 20, new Action.Update(5, "two"), new Outcome.Done(6)),
                                operation(
                                        11,
                                        21,
                                        new Action.Update(5, "three"),
                                        new Outcome.Done(7))))
                .hasSize(1);
        assertThat(
                        violations(
                                ONE_AT_5,
                                operation(10, 20, new Action.Update(5, "two"), new Outcome.Done(6)),
                                operation(
                                        11,
                                        21,
                                        new Action.Update(5, "three"),
                                        new Outcome.Refused())))
                .isEmpty();
    }

    @Test
    void anAcknowledgedWriteThatVanishedIsFound() {
        Operation create = operation(1, 2, new Action.Create("one"), new Outcome.Done(6));
        Operation gone = operation(3, 4, new Action.Read(), new Outcome.Absent());
        assertThat(violations(KeyState.ABSENT, create, gone)).hasSize(1);
        Operation delete = operation(2, 5, new Action.Delete(0), new Outcome.Unknown());
        assertThat(violations(KeyState.ABSENT, create, delete, gone)).isEmpty();
    }

    @Test
    void aClaimHeldTwiceIsFound() {
        Operation first = operation(1, 10, new Action.Create("a"), new Outcome.Done(6));
        Operation second = operation(2, 9, new Action.Create("b"), new Outcome.Done(7));
        assertThat(violations(KeyState.ABSENT, first, second)).hasSize(1);
        Operation released = operation(3, 8, new Action.Delete(0), new Outcome.Done(0));
        assertThat(violations(KeyState.ABSENT, first, second, released)).isEmpty();
    }

    @Test
    void aClaimRefusedThatNobodyHoldsIsFound() {
        Operation refused = operation(1, 2, new Action.Create("a"), new Outcome.Refused());
        assertThat(violations(KeyState.ABSENT, refused)).hasSize(1);
    }

    @Test
    void anUnknownWriteMayTakeEffectOnceAtAnyLaterTimeOrNever() {
        Operation unknown = operation(1, 2, new Action.Update(5, "two"), new Outcome.Unknown());
        assertThat(violations(ONE_AT_5, unknown, read(50, 51, "one", 5))).isEmpty();
        assertThat(
                        violations(
                                ONE_AT_5,
                                unknown,
                                read(50, 51, "one", 5),
                                read(52, 53, "two", 6),
                                read(54, 55, "two", 6)))
                .isEmpty();
        assertThat(violations(ONE_AT_5, unknown, read(50, 51, "two", 6), read(52, 53, "one", 5)))
                .hasSize(1);
        assertThat(violations(ONE_AT_5, unknown, read(50, 51, "two", 6), read(52, 53, "two", 7)))
                .as("twice")
                .hasSize(1);
        assertThat(violations(ONE_AT_5, unknown, read(0, 0, "two", 6))).as("early").hasSize(1);
    }

    @Test
    void revisionsOfDifferentKeysFollowTime() {
        var history = new History();
        history.add("a", operation(1, 2, new Action.Put("a"), new Outcome.Done(8)));
        history.add("b", operation(3, 4, new Action.Put("b"), new Outcome.Done(7)));
        assertThat(history.violations())
                .singleElement()
                .asString()
                .startsWith("began after revision 8 was answered");
        history.add("c", operation(1, 9, new Action.Put("c"), new Outcome.Done(8)));
        assertThat(history.violations()).hasSize(2);
    }

    @Test
    void manyAtOnceAreCheckedInReasonableTime() {
        var history = new History();
        for (int i = 0; i < 20; i++) {
            history.add("k", operation(1, 100, new Action.Put("v" + i), new Outcome.Done(10 + i)));
        }
        for (int i = 0; i < 20; i++) {
            history.add("k", read(2, 99, "v" + i, 10 + i));
        }
        assertThat(history.violations()).isEmpty();
    }
}
