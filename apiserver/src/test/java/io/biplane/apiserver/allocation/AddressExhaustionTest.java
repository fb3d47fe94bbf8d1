package io.biplane.apiserver.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.apiserver.TestServer;
import io.biplane.store.Store;
import io.biplane.store.embedded.EmbeddedStore;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Ranges that run out, over HTTPS and a store on disk, with 64 clients at once. */
class AddressExhaustionTest {
    private static final int CLIENTS = 64;
    private static final String SERVICES = "/api/v1/namespaces/default/services";
    private static final String ADDRESSES = "/apis/networking.k8s.io/v1/ipaddresses";
    private static final String RANGES = "/apis/networking.k8s.io/v1/servicecidrs";

    @TempDir Path directory;

    private TestServer server(String ranges) throws Exception {
        return new TestServer(directory, ranges, EmbeddedStore.open(directory.resolve("store")));
    }

    private static String service(String name, String more) {
        return """
        {"metadata":{"name":"%s"},"spec":{"selector":{"a":"b"},"ports":[{"port":80}]%s}}\
        """
                .formatted(name, more);
    }

    private static String reservation(String address) {
        return """
        {"metadata":{"name":"%s"},"spec":{"parentRef":{"resource":"reservations","name":"test"}}}\
        """
                .formatted(address);
    }

    private static String range(String name, String cidr) {
        return """
        {"metadata":{"name":"%s"},"spec":{"cidrs":["%s"]}}\
        """
                .formatted(name, cidr);
    }

    private static Set<String> names(JsonNode list) {
        Set<String> names = new TreeSet<>();
        list.path("items").forEach(item -> names.add(Fields.string(item, "metadata", "name")));
        return names;
    }

    /**
     * The first block's 14 addresses are taken, one by the Service {@code kubernetes} and 13 by
     * IPAddresses of the administrator's; eight blocks of 510 + 254 + 126 + 62 + 30 + 14 + 2 + 2
     * are added while the server runs.
     */
    @Test
    void aThousandAddressesOfManyBlocksAreGivenExactlyOnceEach() throws Exception {
        aThousandAreGivenExactlyOnceEach("10.96.0.0/28");
    }

    /**
     * No IPv4 block has 1,000 addresses: of 1,022, the Service {@code kubernetes} has one and the
     * administrator 21.
     */
    @Test
    @Tag("long")
    void aThousandAddressesOfOneBlockAreGivenExactlyOnceEach() throws Exception {
        aThousandAreGivenExactlyOnceEach("10.96.0.0/22");
    }

    private void aThousandAreGivenExactlyOnceEach(String first) throws Exception {
        boolean grows = first.equals("10.96.0.0/28");
        try (TestServer server = server(first);
                Clients clients = new Clients(server, CLIENTS)) {
            for (int i = 2; i <= (grows ? 14 : 22); i++) {
                created(clients.send("POST", ADDRESSES, reservation("10.96.0." + i)));
            }
            if (grows) {
                List<String> more =
                        List.of(
                                "10.97.0.0/23",
                                "10.97.2.0/24",
                                "10.97.3.0/25",
                                "10.97.4.0/26",
                                "10.97.5.0/27",
                                "10.97.6.0/28",
                                "10.97.7.0/30",
                                "10.97.8.0/30");
                for (int i = 0; i < more.size(); i++) {
                    created(clients.send("POST", RANGES, range("more-" + i, more.get(i))));
                }
            }
            Set<String> before = names(clients.send("GET", ADDRESSES, ""));

            List<ObjectNode> answers =
                    clients.all(
                            1_100,
                            (client, i) -> client.send("POST", SERVICES, service("s" + i, "")));

            List<ObjectNode> served = answers.stream().filter(a -> !a.has("code")).toList();
            assertThat(served).hasSize(1_000);
            assertThat(served.stream().map(s -> Fields.string(s, "spec", "clusterIP")).distinct())
                    .hasSize(1_000)
                    .doesNotContainAnyElementsOf(before);
            assertThat(answers.stream().filter(a -> a.has("code")))
                    .hasSize(100)
                    .allSatisfy(AddressExhaustionTest::saysThatTheRangeIsFull);
            assertThat(names(clients.send("GET", ADDRESSES, ""))).hasSize(1_000 + before.size());

            clients.all(
                    1_000,
                    (client, i) ->
                            client.send(
                                    "DELETE",
                                    SERVICES
                                            + "/"
                                            + Fields.string(served.get(i), "metadata", "name"),
                                    ""));
            assertThat(names(clients.send("GET", ADDRESSES, ""))).isEqualTo(before);
        }
    }

    private static void created(ObjectNode answer) {
        assertThat(answer.path("code").isMissingNode()).as(Json.text(answer)).isTrue();
    }

    private static void saysThatTheRangeIsFull(ObjectNode status) {
        assertThat(status.path("code").intValue()).isEqualTo(500);
        assertThat(Fields.string(status, "reason")).isEqualTo("InternalError");
        assertThat(Fields.string(status, "message"))
                .matches(
                        "Internal error occurred: failed to allocate a serviceIP for Service \"s\\d+\": range is full");
    }

    /** Upstream leaks an address of the first family at each of these attempts. */
    @Test
    void aFullSecondFamilyCostsNothingOfTheFirstAndNoNodePort() throws Exception {
        // Seven addresses of IPv6, of which the Service kubernetes has one.
        try (TestServer server = server("10.96.0.0/24,fd00::/125");
                Clients clients = new Clients(server, CLIENTS)) {
            String dual = ",\"type\":\"NodePort\",\"ipFamilyPolicy\":\"RequireDualStack\"";
            for (int i = 0; i < 6; i++) {
                created(clients.send("POST", SERVICES, service("full" + i, dual)));
            }
            Set<String> before = names(clients.send("GET", ADDRESSES, ""));
            int ports = nodePorts(server.store());
            assertThat(before).hasSize(14);
            assertThat(ports).isEqualTo(6);

            List<ObjectNode> answers =
                    clients.all(
                            200,
                            (client, i) -> {
                                ObjectNode answer =
                                        client.send(
                                                "POST",
                                                SERVICES,
                                                service("s" + i, families(dual, i)));
                                assertThat(nodePorts(server.store())).isEqualTo(ports);
                                return answer;
                            });

            assertThat(answers)
                    .hasSize(200)
                    .allSatisfy(AddressExhaustionTest::saysThatTheRangeIsFull);
            assertThat(names(clients.send("GET", ADDRESSES, ""))).isEqualTo(before);
        }
    }

    /** In either order, so that the family that is full comes first or last. */
    private static String families(String dual, int number) {
        ArrayNode families = Json.array();
        families.add(number % 2 == 0 ? "IPv4" : "IPv6").add(number % 2 == 0 ? "IPv6" : "IPv4");
        return dual + ",\"ipFamilies\":" + Json.text(families);
    }

    private static int nodePorts(Store store) {
        return store.range(ClaimKeys.NODE_PORTS, Store.prefixEnd(ClaimKeys.NODE_PORTS), 0, 0)
                .entries()
                .size();
    }
}
