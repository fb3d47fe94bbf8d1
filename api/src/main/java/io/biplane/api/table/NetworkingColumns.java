package io.biplane.api.table;

import io.biplane.api.Json;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The columns of the group {@code networking.k8s.io}. */
final class NetworkingColumns {
    static final List<Column> IP_ADDRESSES =
            List.of(
                    Column.objectName(),
                    Column.text(
                            "ParentRef",
                            "The object that holds the address.",
                            (address, now) -> parent(Json.at(address, "spec", "parentRef"))),
                    Column.age());

    static final List<Column> SERVICE_CIDRS =
            List.of(
                    Column.objectName(),
                    Column.text(
                            "CIDRs",
                            "The blocks that Services get their addresses from.",
                            (range, now) ->
                                    Json.at(range, "spec", "cidrs")
                                            .valueStream()
                                            .map(cidr -> cidr.stringValue(""))
                                            .collect(Collectors.joining(","))),
                    Column.age());

    private NetworkingColumns() {}

    /** {@code services/default/kubernetes}, {@code networking.k8s.io/ingresses/default/a}. */
    private static String parent(JsonNode reference) {
        return Stream.of("group", "resource", "namespace", "name")
                .map(field -> Json.string(reference, field))
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("/"));
    }
}
