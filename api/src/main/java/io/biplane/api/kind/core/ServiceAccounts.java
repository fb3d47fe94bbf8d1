package io.biplane.api.kind.core;

import io.biplane.api.registry.Kind;
import io.biplane.api.strategy.NamedStrategy;
import io.biplane.api.table.Column;

/** ServiceAccounts; nothing but metadata is checked. */
public final class ServiceAccounts {
    public static final Kind KIND =
            Kind.named("", "v1", "serviceaccounts", "ServiceAccount")
                    .shortNames("sa")
                    .countsNoGeneration()
                    .returnsDeletedObject()
                    .columns(
                            Column.objectName(),
                            Column.text(
                                    "Secrets",
                                    "How many secrets pods of this account may use.",
                                    (account, now) ->
                                            String.valueOf(account.path("secrets").size())),
                            Column.age())
                    .rules(NamedStrategy::new)
                    .build();

    private ServiceAccounts() {}
}
