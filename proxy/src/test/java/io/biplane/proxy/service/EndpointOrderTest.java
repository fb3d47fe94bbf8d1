package io.biplane.proxy.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.netip.Addr;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

final class EndpointOrderTest {
    @ParameterizedTest
    @CsvSource({
        "'', '3 1 2', '1 2 3'",
        "'1 2 3', '1 2 3 4', '1 2 3 4'",
        "'2 3 4', '1 2 3 4', '2 3 4 1'",
        "'1 2 3 4', '2 3 4', '4 2 3'",
        "'1 2 3 4', '1 2 4', '1 2 4'",
        "'1 2 3', '1 9 3', '1 9 3'",
        "'1 2 3', '', ''",
        "'1 2 3', '7 8', '7 8'"
    })
    void endpointsKeepTheirPlaces(String before, String now, String expected) {
        assertThat(EndpointOrder.keep(endpoints(before), new HashSet<>(endpoints(now))))
                .isEqualTo(endpoints(expected));
    }

    @Test
    void oneChangeMovesAtMostOneOther() {
        long seed = Seeds.next();
        Random random = new Random(seed);
        List<Endpoint> order = List.of();
        for (int round = 0; round < 2000; round++) {
            Set<Endpoint> now = new HashSet<>(order);
            Endpoint one = endpoint(random.nextInt(40));
            if (!now.remove(one)) {
                now.add(one);
            }
            List<Endpoint> next = EndpointOrder.keep(order, now);
            List<Endpoint> old = order;
            assertThat(new HashSet<>(next)).as("seed %d", seed).isEqualTo(now).hasSize(next.size());
            assertThat(
                            IntStream.range(0, Math.min(old.size(), next.size()))
                                    .filter(i -> !old.get(i).equals(next.get(i)))
                                    .count())
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(1);
            order = next;
        }
    }

    private static List<Endpoint> endpoints(String numbers) {
        return Stream.of(numbers.split(" "))
                .filter(n -> !n.isEmpty())
                .map(n -> endpoint(Integer.parseInt(n)))
                .toList();
    }

    private static Endpoint endpoint(int number) {
        return new Endpoint(Addr.parse("10.0.0." + number), 80);
    }
}
