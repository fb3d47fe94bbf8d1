package io.biplane.proxy.service;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The order of a Service's endpoints. An endpoint's place is part of its element's key in the
 * kernel, so an endpoint stays where it is: one that goes is replaced by the last, one that comes
 * is appended. Sorting instead would rewrite half of the elements for each pod.
 */
final class EndpointOrder {
    private EndpointOrder() {}

    /**
     * The endpoints {@code now}, with as many as possible at the place that they had {@code
     * before}.
     *
     * @return each of {@code now} once; sorted when {@code before} is empty
     */
    static List<Endpoint> keep(List<Endpoint> before, Set<Endpoint> now) {
        int kept = Math.min(before.size(), now.size());
        Set<Endpoint> moving = new TreeSet<>(now);
        before.subList(0, kept).forEach(moving::remove);
        ArrayDeque<Endpoint> queue = new ArrayDeque<>(moving);
        List<Endpoint> order = new ArrayList<>(now.size());
        for (int place = 0; place < now.size(); place++) {
            boolean stays = place < kept && now.contains(before.get(place));
            order.add(stays ? before.get(place) : queue.remove());
        }
        return order;
    }
}
