/**
 * What must always exist: the first namespaces, the ServiceCIDR of the flags, and the Service,
 * Endpoints and EndpointSlices under which members of the cluster find the API server. In comes the
 * configuration; missing objects are created again, changed Services are left as they are. Run by
 * {@link io.biplane.apiserver.ApiServer}.
 */
@NullMarked
package io.biplane.apiserver.bootstrap;

import org.jspecify.annotations.NullMarked;
