/**
 * Services as nftables: a table {@code biplane-proxy} per family, whose size in rules does not
 * depend on the number of Services.
 *
 * <p>In come the changes of {@link io.biplane.proxy.service.ServiceTable}; out go transactions that
 * add and delete a few elements, and the whole desired tables for a comparison with the kernel.
 * Called by {@link io.biplane.proxy.ServiceProxy}.
 *
 * <p>The way of a connection's first packet (later ones follow the connection table):
 *
 * <pre>
 * prerouting, output ─► services ─┬─ daddr in cluster-ips ─► cluster-ips ─► (daddr . proto . port) ─► ep-N
 *                                 ├─ daddr . proto . port in api-servers: no translation
 *                                 └─ daddr is local ───────► (proto . port in node-ports) ──────────► np-N
 * ep-N: dnat to the endpoint at (daddr . proto . port . random mod N);  no endpoint or port: refuse
 * postrouting: what was marked, and what an endpoint sends to itself, gets the node's source address
 * </pre>
 *
 * The chains {@code ep-N} and {@code np-N} are shared by all Services with N endpoints.
 */
@NullMarked
package io.biplane.proxy.nftables;

import org.jspecify.annotations.NullMarked;
