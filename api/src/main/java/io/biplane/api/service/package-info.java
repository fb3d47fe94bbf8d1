/**
 * The rules of Services: which families, how many cluster IPs, which ports. Pure.
 *
 * <p>In comes a Service as a client sent it and, on update, as it is stored; out goes the Service
 * with its families settled, or the faults in upstream's words. Addresses and node ports that are
 * still missing then are filled in by the API server's allocation, after which the whole is
 * validated. Called through {@link io.biplane.api.service.ServiceStrategy} by the API server's verb
 * loop; the order on a write is defaults, alpha field {@code ipFamily}, patching and normalisation,
 * family initialisation, (allocation,) validation.
 *
 * <p><b>The alpha field {@code spec.ipFamily}</b> (v1.16 to v1.19) lies over {@code ipFamilies}: on
 * read it is the first of them; a Service without families (ExternalName) has none. On write it is
 * judged by {@code IpFamilyField}:
 *
 * <ul>
 *   <li>alone on create, it means one family: {@code ipFamilies: [X]} and, if no policy is given,
 *       SingleStack; with PreferDualStack or RequireDualStack it names the primary family;
 *   <li>equal to {@code ipFamilies[0]}, or on update to the stored value, it is an echo and says
 *       nothing: a client that edits {@code ipFamilies} and sends back the {@code ipFamily} that it
 *       read is judged by {@code ipFamilies} alone. Only where a headless Service comes without
 *       {@code ipFamilies} does the echo keep the stored ones, since a client of v1.16 knows no
 *       other way to say so;
 *   <li>changed on update while {@code ipFamilies} is absent or as stored: {@code field is
 *       immutable};
 *   <li>anything else contradicts {@code ipFamilies} and is refused;
 *   <li>on ExternalName it must be a family of the cluster, and is dropped.
 * </ul>
 */
@NullMarked
package io.biplane.api.service;

import org.jspecify.annotations.NullMarked;
