package io.biplane.api.table;

import io.biplane.api.Json;

import java.util.List;

/** The columns of the smaller kinds. */
final class OtherColumns {
    static final List<Column> NAMESPACES =
            List.of(
                    Column.objectName(),
                    Column.text(
                            "Status",
                            "The status of the namespace",
                            (namespace, now) -> Json.string(namespace, "status", "phase")),
                    Column.age());

    static final List<Column> CONFIG_MAPS =
            List.of(
                    Column.objectName(),
                    Column.text(
                            "Data",
                            "How many entries the map has.",
                            (map, now) ->
                                    String.valueOf(
                                            map.path("data").size()
                                                    + map.path("binaryData").size())),
                    Column.age());

    static final List<Column> SECRETS =
            List.of(
                    Column.objectName(),
                    Column.text(
                            "Type",
                            "Used to facilitate programmatic handling of secret data.",
                            (secret, now) -> Json.string(secret, "type")),
                    Column.text(
                            "Data",
                            "How many entries the secret has.",
                            (secret, now) -> String.valueOf(secret.path("data").size())),
                    Column.age());

    static final List<Column> SERVICE_ACCOUNTS =
            List.of(
                    Column.objectName(),
                    Column.text(
                            "Secrets",
                            "How many secrets pods of this account may use.",
                            (account, now) -> String.valueOf(account.path("secrets").size())),
                    Column.age());

    static final List<Column> LEASES =
            List.of(
                    Column.objectName(),
                    Column.text(
                            "Holder",
                            "Who holds the lease.",
                            (lease, now) -> Json.string(lease, "spec", "holderIdentity")),
                    Column.age());

    private OtherColumns() {}
}
