package io.biplane.cli.crash;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.cli.crash.Api.Answer;
import io.biplane.store.history.History;
import io.biplane.store.history.KeyState;
import io.biplane.store.history.Operation.Action;
import io.biplane.store.history.Operation.Outcome;

import tools.jackson.databind.node.ObjectNode;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Reads and writes ConfigMaps that all writers write, and claims addresses that all want; what it
 * did and what came of it goes into a history. One for each writer.
 */
final class Contender {
    private static final List<String> SHARED = List.of("shared-0", "shared-1", "shared-2");
    private static final List<String> ADDRESSES =
            List.of("10.96.0.20", "10.96.0.21", "fd00:10:96::20", "fd00:10:96::21");

    private final String name;
    private final Random random;
    private final Changes changes;
    private final Map<String, Long> lastRead = new HashMap<>();
    private final Map<String, String> held = new HashMap<>();
    private long stamps;

    Contender(String name, Random random, Changes changes) {
        this.name = name;
        this.random = random;
        this.changes = changes;
    }

    /** All that happens to the contended objects between two starts of the server. */
    static final class Round {
        private final History history = new History();

        /** The server has started: this is how things are. */
        Round(Map<String, KeyState> now) {
            now.forEach(history::begin);
        }

        /** The server has ended and started again: this is how things are. */
        List<String> violations(Map<String, KeyState> now) {
            for (String key : keys()) {
                KeyState state = now.getOrDefault(key, KeyState.ABSENT);
                Outcome found =
                        state.value()
                                .<Outcome>map(value -> new Outcome.Found(value, state.revision()))
                                .orElseGet(Outcome.Absent::new);
                history.run("after the kill", key, new Action.Read(), () -> found);
            }
            return history.violations();
        }

        int size() {
            return history.size();
        }

        private static List<String> keys() {
            return Stream.concat(SHARED.stream(), ADDRESSES.stream()).toList();
        }
    }

    /** The contended keys, as lists show them. */
    static Map<String, KeyState> states(List<ObjectNode> configMaps, List<ObjectNode> services) {
        Map<String, KeyState> states = new HashMap<>();
        for (ObjectNode map : configMaps) {
            if (SHARED.contains(Api.name(map))) {
                states.put(
                        Api.name(map),
                        KeyState.of(Fields.string(map, "data", "stamp"), Api.revision(map)));
            }
        }
        for (ObjectNode service : services) {
            String address = Fields.string(service, "spec", "clusterIP");
            if (ADDRESSES.contains(address)) {
                KeyState twice =
                        states.put(address, KeyState.of(Api.name(service), Api.revision(service)));
                if (twice != null) {
                    throw new AssertionError(
                            "%s is held by %s and %s".formatted(address, twice, service));
                }
            }
        }
        return states;
    }

    /** Remembers what is held of what this one claimed. */
    void adopt(Map<String, KeyState> states) {
        held.clear();
        for (String address : ADDRESSES) {
            KeyState state = states.getOrDefault(address, KeyState.ABSENT);
            state.value()
                    .filter(owner -> owner.startsWith(name + "-"))
                    .ifPresent(owner -> held.put(address, owner));
        }
    }

    /** Does one thing; returns whether it changed something. */
    boolean contend(Api api, Round round) {
        Outcome outcome =
                random.nextBoolean()
                        ? touch(api, round, SHARED.get(random.nextInt(SHARED.size())))
                        : claimOrRelease(
                                api, round, ADDRESSES.get(random.nextInt(ADDRESSES.size())));
        return outcome instanceof Outcome.Done;
    }

    private Outcome touch(Api api, Round round, String key) {
        String stamp = name + "-" + stamps++;
        String path = Kind.CONFIG_MAP.path(key);
        long known = lastRead.getOrDefault(key, 1L);
        return switch (random.nextInt(6)) {
            case 0, 1 -> read(api, round, key);
            case 2 ->
                    round.history.run(
                            name,
                            key,
                            new Action.Create(stamp),
                            () ->
                                    written(
                                            api.send(
                                                    "POST",
                                                    Kind.CONFIG_MAP.collection,
                                                    shared(key, stamp, 0))));
            case 3, 4 ->
                    round.history.run(
                            name,
                            key,
                            new Action.Update(known, stamp),
                            () -> written(api.send("PUT", path, shared(key, stamp, known))));
            default ->
                    round.history.run(
                            name,
                            key,
                            new Action.Delete(known),
                            () ->
                                    deleted(
                                            Kind.CONFIG_MAP,
                                            api.send("DELETE", path, precondition(known))));
        };
    }

    private Outcome read(Api api, Round round, String key) {
        Outcome outcome =
                round.history.run(
                        name,
                        key,
                        new Action.Read(),
                        () -> {
                            Answer answer = api.send("GET", Kind.CONFIG_MAP.path(key), null);
                            return answer.code() == 404
                                    ? new Outcome.Absent()
                                    : new Outcome.Found(
                                            Fields.string(answer.succeeded(), "data", "stamp"),
                                            answer.revision());
                        });
        if (outcome instanceof Outcome.Found(String _, long revision)) {
            lastRead.put(key, revision);
        }
        return outcome;
    }

    private static ObjectNode shared(String key, String stamp, long revision) {
        ObjectNode object = Json.object();
        ObjectNode metadata = object.putObject("metadata").put("name", key);
        if (revision > 0) {
            metadata.put("resourceVersion", Long.toString(revision));
        }
        object.putObject("data").put("stamp", stamp);
        return object;
    }

    private static ObjectNode precondition(long revision) {
        ObjectNode options = Json.object().put("kind", "DeleteOptions").put("apiVersion", "v1");
        options.putObject("preconditions").put("resourceVersion", Long.toString(revision));
        return options;
    }

    private Outcome written(Answer answer) {
        return switch (answer.code()) {
            case 200, 201 -> {
                changes.written(Kind.CONFIG_MAP, answer.json());
                yield new Outcome.Done(answer.revision());
            }
            case 404, 409 -> new Outcome.Refused();
            default -> throw unexpected(answer);
        };
    }

    private Outcome deleted(Kind kind, Answer answer) {
        return switch (answer.code()) {
            case 200 -> {
                changes.deleted(kind, Fields.string(answer.json(), "details", "uid"));
                yield new Outcome.Done(0);
            }
            case 404, 409 -> new Outcome.Refused();
            default -> throw unexpected(answer);
        };
    }

    private Outcome claimOrRelease(Api api, Round round, String address) {
        String mine = held.remove(address);
        if (mine != null) {
            return round.history.run(
                    name,
                    address,
                    new Action.Delete(0),
                    () -> deleted(Kind.SERVICE, api.send("DELETE", Kind.SERVICE.path(mine), null)));
        }
        String service = name + "-" + stamps++;
        Outcome outcome =
                round.history.run(
                        name,
                        address,
                        new Action.Create(service),
                        () ->
                                claimed(
                                        api.send(
                                                "POST",
                                                Kind.SERVICE.collection,
                                                claim(service, address))));
        if (outcome instanceof Outcome.Done) {
            held.put(address, service);
        }
        return outcome;
    }

    private static ObjectNode claim(String service, String address) {
        ObjectNode object = Json.object();
        object.putObject("metadata").put("name", service);
        ObjectNode spec = object.putObject("spec").put("clusterIP", address);
        spec.putArray("ipFamilies").add(address.contains(":") ? "IPv6" : "IPv4");
        spec.putArray("ports").addObject().put("port", 80);
        return object;
    }

    private Outcome claimed(Answer answer) {
        if (answer.code() == 422 && answer.message().contains("provided IP is already allocated")) {
            return new Outcome.Refused();
        }
        if (answer.code() != 201) {
            throw unexpected(answer);
        }
        changes.written(Kind.SERVICE, answer.json());
        return new Outcome.Done(answer.revision());
    }

    private AssertionError unexpected(Answer answer) {
        changes.fault(name + " got " + answer);
        return new AssertionError(answer.toString());
    }
}
