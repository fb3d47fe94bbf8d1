package io.biplane.api.table;

import io.biplane.api.Fields;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/** The columns of Endpoints and EndpointSlices. */
public final class EndpointColumns {
    private static final String UNSET = "<unset>";
    private static final int SHOWN = 3;

    public static final List<Column> ENDPOINTS =
            List.of(
                    Column.objectName(),
                    Column.text(
                            "Endpoints",
                            "The ready addresses with their ports.",
                            (endpoints, now) -> Cells.some(sockets(endpoints), SHOWN, Cells.NONE)),
                    Column.age());

    public static final List<Column> ENDPOINT_SLICES =
            List.of(
                    Column.objectName(),
                    Column.text(
                            "AddressType",
                            "The type of address that all endpoints of this slice carry.",
                            Cells.text("addressType")),
                    Column.text(
                            "Ports",
                            "The ports that each endpoint of this slice exposes.",
                            (slice, now) -> Cells.some(ports(slice), SHOWN, UNSET)),
                    Column.text(
                            "Endpoints",
                            "The addresses of the endpoints.",
                            (slice, now) -> Cells.some(addresses(slice), SHOWN, UNSET)),
                    Column.age());

    private EndpointColumns() {}

    private static List<String> sockets(JsonNode endpoints) {
        List<String> sockets = new ArrayList<>();
        for (JsonNode subset : endpoints.path("subsets")) {
            JsonNode ports = subset.path("ports");
            for (JsonNode address : subset.path("addresses")) {
                String ip = Fields.string(address, "ip");
                if (ports.isEmpty()) {
                    sockets.add(ip);
                }
            }
            for (JsonNode port : ports) {
                for (JsonNode address : subset.path("addresses")) {
                    String ip = Fields.string(address, "ip");
                    String host = ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip;
                    sockets.add(host + ":" + port.path("port").intValue(0));
                }
            }
        }
        return sockets;
    }

    private static List<String> ports(JsonNode slice) {
        return slice.path("ports")
                .valueStream()
                .map(port ->
                        port.path("port").isNumber()
                                ? port.path("port").asString()
                                : Fields.optionalString(port, "name").orElse(UNSET))
                .toList();
    }

    private static List<String> addresses(JsonNode slice) {
        return slice.path("endpoints")
                .valueStream()
                .flatMap(endpoint -> endpoint.path("addresses").valueStream())
                .map(address -> address.stringValue(""))
                .toList();
    }
}
