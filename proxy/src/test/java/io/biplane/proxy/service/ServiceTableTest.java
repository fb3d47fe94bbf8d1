package io.biplane.proxy.service;

import static io.biplane.proxy.service.Objects.service;
import static io.biplane.proxy.service.Objects.slice;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.view.EndpointSliceView;
import io.biplane.api.view.ServiceView;

import org.junit.jupiter.api.Test;

import java.util.List;

final class ServiceTableTest {
    private static final String PORTS = "[{'name':'','port':8080}]";

    private final ServiceTable table = new ServiceTable();

    private static ServiceView at(String name, String address) {
        return service(name, "{'clusterIP':'%s','ports':[{'port':80}]}".formatted(address));
    }

    private static EndpointSliceView to(String name, String service, String address) {
        return slice(name, service, "IPv4", PORTS, "[{'addresses':['%s']}]".formatted(address));
    }

    private String drained() {
        return String.join(
                "\n",
                table.drain().stream()
                        .map(c ->
                                "[%s] [%s]"
                                        .formatted(
                                                ServicePortsTest.print(c.before()),
                                                ServicePortsTest.print(c.after())))
                        .toList());
    }

    @Test
    void onlyChangedServicesAreDrained() {
        table.serviceChanged(null, at("a", "10.96.0.1"));
        table.serviceChanged(null, at("b", "10.96.0.2"));
        assertThat(drained()).isEqualTo("[] [10.96.0.1 TCP 80 -> ]\n[] [10.96.0.2 TCP 80 -> ]");
        assertThat(drained()).isEmpty();
        table.sliceChanged(null, to("x", "b", "10.0.0.1"));
        assertThat(drained())
                .isEqualTo("[10.96.0.2 TCP 80 -> ] [10.96.0.2 TCP 80 -> 10.0.0.1 8080]");
        table.serviceChanged(at("a", "10.96.0.1"), at("a", "10.96.0.1"));
        assertThat(drained()).as("nothing that the kernel would see").isEmpty();
    }

    @Test
    void aSliceMayComeBeforeItsServiceAndOutliveIt() {
        EndpointSliceView slice = to("x", "a", "10.0.0.1");
        table.sliceChanged(null, slice);
        assertThat(drained()).isEmpty();
        table.serviceChanged(null, at("a", "10.96.0.1"));
        assertThat(drained()).isEqualTo("[] [10.96.0.1 TCP 80 -> 10.0.0.1 8080]");
        table.serviceChanged(at("a", "10.96.0.1"), null);
        assertThat(drained()).isEqualTo("[10.96.0.1 TCP 80 -> 10.0.0.1 8080] []");
        table.sliceChanged(slice, null);
        assertThat(drained()).isEmpty();
        assertThat(table.size()).as("rows left behind").isZero();
    }

    @Test
    void aSliceThatChangesItsServiceLeavesTheOldOne() {
        table.serviceChanged(null, at("a", "10.96.0.1"));
        table.serviceChanged(null, at("b", "10.96.0.2"));
        table.sliceChanged(null, to("x", "a", "10.0.0.1"));
        table.drain();
        table.sliceChanged(to("x", "a", "10.0.0.1"), to("x", "b", "10.0.0.1"));
        assertThat(drained())
                .isEqualTo(
                        "[10.96.0.1 TCP 80 -> 10.0.0.1 8080] [10.96.0.1 TCP 80 -> ]\n"
                                + "[10.96.0.2 TCP 80 -> ] [10.96.0.2 TCP 80 -> 10.0.0.1 8080]");
    }

    @Test
    void aFrontendHasOneOwnerAndPassesOnWhenItLetsGo() {
        table.serviceChanged(null, at("b", "10.96.0.1"));
        table.drain();
        table.serviceChanged(null, at("a", "10.96.0.1"));
        assertThat(drained()).isEqualTo("[] [ -> ]");
        table.serviceChanged(at("b", "10.96.0.1"), null);
        assertThat(drained()).isEqualTo("[ -> ] [10.96.0.1 TCP 80 -> ]\n[10.96.0.1 TCP 80 -> ] []");
        table.serviceChanged(at("a", "10.96.0.1"), at("a", "10.96.0.7"));
        table.serviceChanged(null, at("b", "10.96.0.1"));
        assertThat(table.drain()).hasSize(2).allSatisfy(c -> assertThat(c.after()).hasSize(1));
    }

    @Test
    void aServiceThatCannotBeServedHoldsUpNoOther() {
        table.serviceChanged(null, service("a", "{'clusterIP':'10.96.0.1','ports':[{'port':0}]}"));
        table.serviceChanged(null, at("b", "10.96.0.2"));
        assertThat(drained()).isEqualTo("[] [10.96.0.2 TCP 80 -> ]");
        table.serviceChanged(null, at("a", "10.96.0.1"));
        assertThat(drained()).isEqualTo("[] [10.96.0.1 TCP 80 -> ]");
    }

    @Test
    void startingOverGivesAllServicesAsIfTheyWereNew() {
        table.serviceChanged(null, at("a", "10.96.0.1"));
        table.serviceChanged(null, at("b", "10.96.0.1"));
        table.sliceChanged(null, to("x", "a", "10.0.0.1"));
        String first = drained();
        table.startOver();
        assertThat(drained()).isEqualTo(first).contains("10.96.0.1 TCP 80 -> 10.0.0.1 8080");
        assertThat(drained()).isEmpty();
    }

    @Test
    void endpointsKeepTheirPlacesOverChanges() {
        table.serviceChanged(null, at("a", "10.96.0.1"));
        for (String last : List.of("5", "3", "9")) {
            table.sliceChanged(null, to("x" + last, "a", "10.0.0." + last));
            table.drain();
        }
        table.sliceChanged(to("x5", "a", "10.0.0.5"), null);
        assertThat(drained()).endsWith("[10.96.0.1 TCP 80 -> 10.0.0.9 8080, 10.0.0.3 8080]");
    }
}
