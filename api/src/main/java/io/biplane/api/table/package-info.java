/**
 * Server-side tables: the rows that {@code kubectl get} prints. In comes an object or a list, out
 * goes a {@code meta.k8s.io/v1} Table, with the columns that upstream prints for the kind. The API
 * server calls it when a client accepts tables.
 */
@NullMarked
package io.biplane.api.table;

import org.jspecify.annotations.NullMarked;
