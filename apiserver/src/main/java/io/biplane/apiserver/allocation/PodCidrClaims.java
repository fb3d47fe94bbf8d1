package io.biplane.apiserver.allocation;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.netip.Prefix;
import io.biplane.store.Condition;
import io.biplane.store.KeyValue;
import io.biplane.store.Store;

import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Claims on pod subnets, made so that two that overlap exclude each other in the store itself. A
 * key is the family and the prefix in hexadecimal digits: {@code 10.244.1.0/24} is {@code
 * IPv4/0af401}. A prefix that ends within a digit is 2, 4 or 8 keys. So all that lies inside a
 * prefix is a range of keys, and what covers it is a key for each digit less: at most 32. The cost
 * is the same for a /8 as for a /30.
 */
final class PodCidrClaims {
    private static final String ALL = "/claims/podcidrs/";
    private static final int DIGIT_BITS = 4;

    private final Store store;

    PodCidrClaims(Store store) {
        this.store = store;
    }

    /** A subnet that is taken, and by whom. */
    record Held(Prefix prefix, Owner owner) {
        static Held read(KeyValue claim) {
            ObjectNode json = Json.parseObject(claim.value());
            return new Held(Prefix.parse(Fields.string(json, "podCIDR")), Owner.read(claim));
        }
    }

    /** The value of all keys of a claim. */
    static byte[] value(Prefix prefix, Owner owner) {
        return Json.bytes(owner.json().put("podCIDR", prefix.toString()));
    }

    /** The keys of a claim, in order. */
    static Set<String> keys(Prefix prefix) {
        int digits = digits(prefix);
        String first = path(prefix, digits);
        int count = 1 << (digits * DIGIT_BITS - prefix.bits());
        Set<String> keys = new LinkedHashSet<>();
        int last = first.length() - 1;
        for (int i = 0; i < count; i++) {
            keys.add(
                    i == 0
                            ? first
                            : first.substring(0, last)
                                    + Character.forDigit(
                                            Character.digit(first.charAt(last), 16) + i, 16));
        }
        return keys;
    }

    private static int digits(Prefix prefix) {
        return Math.ceilDiv(prefix.bits(), DIGIT_BITS);
    }

    private static String path(Prefix prefix, int digits) {
        String hex = HexFormat.of().formatHex(prefix.network().toBytes());
        return ALL + prefix.family().apiName() + "/" + hex.substring(0, digits);
    }

    /** What must hold for a subnet to be claimed: nothing is inside it, nothing covers it. */
    static List<Condition> free(Prefix prefix) {
        List<Condition> conditions = new ArrayList<>();
        conditions.add(inside(prefix));
        covering(prefix).forEach(key -> conditions.add(new Condition.Absent(key)));
        return conditions;
    }

    private static Condition.NoneIn inside(Prefix prefix) {
        List<String> keys = List.copyOf(keys(prefix));
        return new Condition.NoneIn(keys.getFirst(), Store.prefixEnd(keys.getLast()));
    }

    private static List<String> covering(Prefix prefix) {
        List<String> keys = new ArrayList<>();
        for (int digits = 0; digits < digits(prefix); digits++) {
            keys.add(path(prefix, digits));
        }
        return keys;
    }

    /** A subnet of others' that overlaps with this one. */
    Optional<Held> overlapping(Prefix prefix, String uid) {
        Condition.NoneIn inside = inside(prefix);
        for (String key : covering(prefix)) {
            Optional<Held> held = store.get(key).map(Held::read);
            if (held.isPresent() && !held.get().owner().uid().equals(uid)) {
                return held;
            }
        }
        return store.range(inside.key(), inside.toExclusive(), 0, 1).entries().stream()
                .map(Held::read)
                .filter(held -> !held.owner().uid().equals(uid))
                .findFirst();
    }
}
