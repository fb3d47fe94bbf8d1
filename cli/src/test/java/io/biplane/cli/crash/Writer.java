package io.biplane.cli.crash;

import io.biplane.api.Json;
import io.biplane.cli.crash.Api.Answer;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Creates, changes and deletes objects of its own, and now and then contends with the others, until
 * the server does not answer.
 */
final class Writer {
    private static final int SLOTS = 8;

    private final int number;
    private final Random random;
    private final Changes changes;
    private final List<Slot> slots = new ArrayList<>();
    private final Contender contender;
    private long stamps;

    Writer(int number, long seed, Changes changes) {
        this.number = number;
        this.random = new Random(seed + number);
        this.changes = changes;
        this.contender = new Contender("w" + number, random, changes);
        for (Kind kind : Kind.ALL) {
            for (int i = 0; i < SLOTS; i++) {
                slots.add(new Slot(kind, Slot.PREFIX + number + "-" + i));
            }
        }
    }

    List<Slot> slots() {
        return slots;
    }

    Contender contender() {
        return contender;
    }

    /** Writes until there is no answer; on a thread of its own. */
    void run(Api api, Contender.Round round, Runnable acknowledged) {
        try {
            while (true) {
                boolean done =
                        random.nextInt(5) == 0
                                ? contender.contend(api, round)
                                : write(api, slots.get(random.nextInt(slots.size())));
                if (done) {
                    acknowledged.run();
                }
            }
        } catch (UncheckedIOException _) {
            // killed; the slot remembers what was sent
        } catch (RuntimeException | Error e) {
            changes.fault("writer %d: %s".formatted(number, e));
            throw e;
        }
    }

    /** Returns whether something was changed. */
    private boolean write(Api api, Slot slot) {
        ObjectNode now = slot.acknowledged();
        if (now == null) {
            return send(api, slot, "POST", slot.kind.collection, content(slot, Json.object()));
        }
        return random.nextInt(3) == 0
                ? delete(api, slot, now)
                : send(api, slot, "PUT", slot.kind.path(slot.name), content(slot, now));
    }

    private ObjectNode content(Slot slot, ObjectNode base) {
        String stamp = "w%d-%d".formatted(number, stamps++);
        return slot.kind.body(base, slot.name, stamp, random);
    }

    private boolean send(Api api, Slot slot, String method, String target, ObjectNode body) {
        @Nullable ObjectNode before = slot.acknowledged();
        long newest = changes.newest();
        slot.sending(method, body);
        Answer answer = api.send(method, target, body);
        if (answer.ok()) {
            slot.answered(answer.json());
            changes.checkNewer(newest, answer.json());
            changes.written(slot.kind, answer.json());
            if (!Kind.covers(answer.json(), body)) {
                changes.fault("sent %s, answered %s".formatted(body, answer.json()));
            }
        } else {
            slot.answered(before);
            boolean taken =
                    slot.kind == Kind.NODE
                            && answer.code() == 409
                            && answer.message().contains("is already allocated to node");
            if (!taken) {
                changes.fault("%s %s: %s".formatted(method, target, answer));
            }
        }
        return answer.ok();
    }

    private boolean delete(Api api, Slot slot, ObjectNode now) {
        slot.sending("DELETE", Json.object());
        Answer answer = api.send("DELETE", slot.kind.path(slot.name), null);
        if (answer.ok()) {
            changes.deleted(slot.kind, Api.uid(now));
            slot.answered(null);
        } else {
            changes.fault("DELETE %s: %s".formatted(slot.name, answer));
        }
        return answer.ok();
    }
}
