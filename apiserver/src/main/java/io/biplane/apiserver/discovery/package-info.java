/**
 * What there is: groups, versions, resources and their verbs, in the older form of many documents
 * and the newer form of one, and the OpenAPI documents. In come requests, out go documents made of
 * the kind registry on first use. Called by {@code route}.
 */
@NullMarked
package io.biplane.apiserver.discovery;

import org.jspecify.annotations.NullMarked;
