package io.biplane.controllers.workload;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How far a rolling update may go now. Pure.
 *
 * @param replicas what the Deployment asks for
 * @param maxSurge how many more there may be
 * @param maxUnavailable how many of them may be unavailable
 */
record RollingUpdate(int replicas, int maxSurge, int maxUnavailable) {

    /**
     * A ReplicaSet of the Deployment.
     *
     * @param replicas what it asks for
     * @param available how many of its pods are available
     */
    record Member(String name, int replicas, int available) {}

    /** Reads {@code strategy.rollingUpdate}, where both may be numbers or percentages. */
    static RollingUpdate of(
            int replicas, @Nullable JsonNode surge, @Nullable JsonNode unavailable) {
        int more = resolve(surge, replicas, RoundingMode.CEILING);
        int fewer = resolve(unavailable, replicas, RoundingMode.FLOOR);
        // With neither, a rollout could not move.
        return new RollingUpdate(replicas, more, more == 0 && fewer == 0 ? 1 : fewer);
    }

    private static int resolve(@Nullable JsonNode value, int replicas, RoundingMode rounding) {
        String text = value == null ? "25%" : value.asString();
        if (!text.endsWith("%")) {
            return Integer.parseInt(text);
        }
        return new BigDecimal(text.substring(0, text.length() - 1))
                .multiply(BigDecimal.valueOf(replicas))
                .movePointLeft(2)
                .setScale(0, rounding)
                .intValueExact();
    }

    /**
     * The next step: new numbers of replicas by name of those that change.
     *
     * @param newest the ReplicaSet of the present template
     * @param olds all others, the oldest first
     */
    Map<String, Integer> step(Member newest, List<Member> olds) {
        int total = newest.replicas() + olds.stream().mapToInt(Member::replicas).sum();
        int wanted = newest.replicas();
        if (newest.replicas() > replicas) {
            wanted = replicas;
        } else if (newest.replicas() < replicas) {
            int room = Math.max(0, replicas + maxSurge - total);
            wanted = newest.replicas() + Math.min(room, replicas - newest.replicas());
        }
        return wanted != newest.replicas()
                ? Map.of(newest.name(), wanted)
                : shrink(newest, olds, total);
    }

    private Map<String, Integer> shrink(Member newest, List<Member> olds, int total) {
        int minAvailable = replicas - maxUnavailable;
        int newUnavailable = Math.max(0, newest.replicas() - newest.available());
        int most = total - minAvailable - newUnavailable;
        Map<String, Integer> wanted = new LinkedHashMap<>();
        // Pods that are not available serve nobody: they go first.
        for (Member old : olds) {
            int unhealthy = Math.max(0, old.replicas() - old.available());
            int fewer = Math.min(unhealthy, Math.max(0, most));
            if (fewer > 0) {
                wanted.put(old.name(), old.replicas() - fewer);
                most -= fewer;
            }
        }
        int available =
                newest.available() + olds.stream().mapToInt(RollingUpdate::countedAvailable).sum();
        int spare = available - minAvailable;
        for (Member old : olds) {
            int left = wanted.getOrDefault(old.name(), old.replicas());
            int fewer = Math.min(left, Math.max(0, spare));
            if (fewer > 0) {
                wanted.put(old.name(), left - fewer);
                spare -= fewer;
            }
        }
        return wanted;
    }

    /** Pods beyond what the set asks for are on their way out. */
    private static int countedAvailable(Member member) {
        return Math.min(member.available(), member.replicas());
    }
}
